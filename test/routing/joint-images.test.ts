import { expect, test } from '@jest/globals';
import { jointImages } from '../../lib/routing/joint-images.ts';
import { readTemplate } from '../../lib/routing/template.ts';

const tokensOf = (from: string, to: string) => {
  const route = { from, to, account: 'main' };
  return readTemplate(to, route, [route]).tokens;
};

test('two fixed images have one text in common, and then all of them are known', () => {
  const [one, other] = [tokensOf('github:acme/api', 'images/api'), tokensOf('ecr:api', 'images/api')];
  const images = jointImages(one, other, true);
  const first = images.next();
  expect(first.done === true ? [] : first.value.chars.join('')).toBe('images/api');
  expect(images.next()).toEqual({ done: true, value: true });
});
