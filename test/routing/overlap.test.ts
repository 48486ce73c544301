import { expect, test } from '@jest/globals';
import { findOverlap } from '../../lib/routing/overlap.ts';
import { readTemplate, type Template } from '../../lib/routing/template.ts';

const templatesOf = (...written: [from: string, to: string][]): Template[] => {
  const routes = written.map(([from, to]) => ({ from, to, account: 'main' }));
  return routes.map((route) => readTemplate(route.to, route, routes));
};

test('templates do not overlap if an earlier route takes every repository with the common image', () => {
  const [one, , other] = templatesOf(
    ['github:acme/{repo}', 'images/api'],
    ['gitlab:{a}/{b}', 'x/{a}/{b}'],
    ['gitlab:{a+}/{b}', 'images/{a}'],
  );
  expect(one && other && findOverlap(one, other)).toBeUndefined();
});

test('templates overlap if the common image may have longer paths than an earlier route takes', () => {
  const [one, , other] = templatesOf(
    ['github:acme/{repo}', 'images/a/b'],
    ['gitlab:{a}/{b}', 'x/{a}/{b}'],
    ['gitlab:{a+}/{b}', 'images/{a}'],
  );
  expect(one && other && findOverlap(one, other)).toMatchObject({ example: { image: 'images/a/b' } });
});
