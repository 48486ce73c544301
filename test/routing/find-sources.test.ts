import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { coversTarget } from '../../lib/cleanup/confirm-gone.ts';
import type { Config } from '../../lib/config/config.ts';
import { findSources } from '../../lib/routing/find-sources.ts';
import { findRoute } from '../../lib/routing/route.ts';
import { APAC, DR } from '../support/cloud.ts';
import { configOf, firstCounts } from '../support/config.ts';
import { testProperty } from '../support/properties.ts';

interface WrittenRoute {
  readonly from: string;
  readonly to: string | readonly string[];
  readonly targets?: readonly string[];
}

const checkedOf = (routes: readonly WrittenRoute[]) => configOf({ routes: firstCounts(routes) }).routes;

function find(routes: readonly WrittenRoute[], image: string, account = 'main') {
  return findChecked(checkedOf(routes), image, account);
}

function findChecked(routes: Config['routes'], image: string, account = 'main') {
  const [namespace = '', ...repository] = image.split('/');
  return findSources(routes, { account, namespace, repository: repository.join('/') });
}

const github = (...repositories: string[]) =>
  repositories.map((repository) => ({ source: 'github', repository }));

test.each([
  { why: 'one segment', from: 'acme/{repo}', to: 'images/{repo}', image: 'images/api', paths: ['acme/api'] },
  {
    why: 'one segment is not two',
    from: 'acme/{repo}',
    to: 'images/{repo}',
    image: 'images/api/v2',
    paths: [],
  },
  { why: 'many segments', from: '{path+}', to: 'images/{path}', image: 'images/a/b/c', paths: ['a/b/c'] },
  { why: 'the whole image', from: '{path+}', to: '{path}', image: 'a/b/c', paths: ['a/b/c'] },
  { why: 'another organization', from: 'acme/{repo}', to: 'images/{repo}', image: 'platform/api', paths: [] },
  {
    why: 'the organization from the source',
    from: '{org}/{repo}',
    to: '{org}/{repo}',
    image: 'acme/api',
    paths: ['acme/api'],
  },
  { why: 'many before one', from: '{path+}/{last}', to: '{last}/{path}', image: 'c/a/b', paths: ['a/b/c'] },
  {
    why: 'within a text',
    from: 'acme/{repo}',
    to: 'images/gh-{repo}-x',
    image: 'images/gh-a-b-x',
    paths: ['acme/a-b'],
  },
  {
    why: 'many segments within a text',
    from: 'acme/{path+}',
    to: 'images/gh-{path}-x',
    image: 'images/gh-a/b-x',
    paths: ['acme/a/b'],
  },
  {
    why: 'a text that is not there',
    from: 'acme/{repo}',
    to: 'images/gh-{repo}',
    image: 'images/gl-api',
    paths: [],
  },
  { why: 'no name at all', from: 'acme/api', to: 'images/x', image: 'images/x', paths: ['acme/api'] },
  { why: 'no name, and another image', from: 'acme/api', to: 'images/x', image: 'images/y', paths: [] },
  {
    why: 'a name twice that agrees',
    from: 'acme/{repo}',
    to: 'images/{repo}/{repo}',
    image: 'images/api/api',
    paths: ['acme/api'],
  },
  {
    why: 'a name twice that does not agree',
    from: 'acme/{repo}',
    to: 'images/{repo}/{repo}',
    image: 'images/api/web',
    paths: [],
  },
  {
    why: 'many segments twice that agree',
    from: '{path+}',
    to: 'images/{path}/of/{path}',
    image: 'images/a/b/of/a/b',
    paths: ['a/b'],
  },
  {
    why: 'two names in one segment: each way to take it apart',
    from: '{org}/{repo}',
    to: 'images/{org}-{repo}',
    image: 'images/acme-web-api',
    paths: ['acme/web-api', 'acme-web/api'],
  },
  {
    why: 'upper case in the route',
    from: 'Acme/{repo}',
    to: 'images/GH-{repo}',
    image: 'images/gh-api',
    paths: ['Acme/api'],
  },
])('$from to $to: $image comes from $paths ($why)', ({ from, to, image, paths }) => {
  expect(find([{ from: `github:${from}`, to }], image)).toEqual(github(...paths));
});

test.each([
  {
    why: 'the route forgets a name: any organization may have such a repository',
    from: '{org}/{repo}',
    to: 'images/{repo}',
    image: 'images/api',
  },
  { why: 'the route forgets all of them', from: '{path+}', to: 'images/all', image: 'images/all' },
  {
    why: 'there are too many ways to take it apart',
    from: '{org}/{repo}',
    to: 'images/{org}{repo}',
    image: 'images/abcdefghijklm',
  },
])('it may come from anywhere: $why', ({ from, to, image }) => {
  expect(find([{ from: `github:${from}`, to, targets: ['cn-east-3/acme-dr'] }], image)).toEqual([
    { source: 'github', targets: [DR] },
  ]);
});

test('a route that forgets a name says nothing of images that it can not lead to', () => {
  expect(find([{ from: 'github:{org}/{repo}', to: 'images/{repo}' }], 'platform/api')).toEqual([]);
});

describe('with several routes', () => {
  test('each that leads there counts, with the tasks that it means', () => {
    const routes = [
      { from: 'github:acme/{repo}', to: 'images/{repo}', targets: ['cn-east-3/acme-dr'] },
      { from: 'ecr:{path+}', to: ['mirror/{path}', 'images/{path}'] },
    ];
    expect(find(routes, 'images/api')).toEqual([
      { source: 'github', repository: 'acme/api', targets: [DR] },
      { source: 'ecr', repository: 'api' },
    ]);
    expect(find(routes, 'mirror/api')).toEqual([{ source: 'ecr', repository: 'api' }]);
  });

  test('a repository that an earlier route takes elsewhere does not count', () => {
    const routes = [
      { from: 'github:acme/api', to: 'special/api' },
      { from: 'github:acme/{repo}', to: 'images/{repo}' },
    ];
    expect(find(routes, 'images/api')).toEqual([]);
    expect(find(routes, 'images/web')).toEqual(github('acme/web'));
  });

  test('a repository that an earlier route takes to the same place counts once, as that route means it', () => {
    const routes = [
      { from: 'github:Acme/api', to: 'images/api', targets: ['cn-east-3/acme-dr'] },
      { from: 'github:acme/{repo}', to: 'images/{repo}' },
    ];
    expect(find(routes, 'images/api')).toEqual([{ source: 'github', repository: 'acme/api', targets: [DR] }]);
  });

  test('those of other accounts lead elsewhere', () => {
    expect(find([{ from: 'github:acme/{repo}', to: 'images/{repo}' }], 'images/api', 'other')).toEqual([]);
  });
});

test.each([
  { why: 'the route means every task', targets: undefined, means: true },
  { why: 'the route means this task', targets: [APAC, DR], means: true },
  { why: 'the route means others', targets: [APAC], means: false },
])('a task is meant: $means, as $why', ({ targets, means }) => {
  expect(coversTarget({ source: 'github', ...(targets && { targets }) }, { ...DR })).toBe(means);
});

describe('for routes and repositories by chance', () => {
  const word = fc.stringMatching(/^[a-z0-9]{1,4}(?:-[a-z0-9]{1,3})?$/);
  const one = fc.constantFrom('{a}', '{b}');
  const segment = fc.oneof(word, one, fc.constant('{m+}'));
  const from = fc
    .array(segment, { minLength: 1, maxLength: 4 })
    .filter((segments) => new Set(segments).size === segments.length);
  const templatePart = fc.oneof(
    word,
    one,
    fc.constant('{m}'),
    fc.tuple(word, one).map(([text, name]) => `${text}-${name}`),
  );
  const to = fc.array(templatePart, { minLength: 2, maxLength: 4 }).map((parts) => parts.join('/'));
  const routes = fc
    .array(fc.record({ from: from.map((segments) => `github:${segments.join('/')}`), to }), {
      minLength: 1,
      maxLength: 3,
    })
    .filter((written) => written.every(isRight))
    .map(checkedOf);
  const path = fc.array(word, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));

  const namesIn = (text: string) => [...text.matchAll(/\{(\w+)/g)].map(([, name]) => name);

  function isRight(route: { readonly from: string; readonly to: string }): boolean {
    const names = namesIn(route.from);
    // What is most often wrong is found out more quickly here.
    if (!namesIn(route.to).every((name) => names.includes(name))) return false;
    try {
      checkedOf([route]);
      return true;
    } catch {
      return false;
    }
  }

  testProperty('every repository found is routed there', [routes, path], (checked, image) => {
    fc.pre(image.includes('/'));
    for (const { source, repository } of findChecked(checked, image)) {
      if (repository === undefined) continue;
      const routing = findRoute(checked, source, repository);
      const images = routing.matched
        ? routing.destinations.map((each) => `${each.namespace}/${each.repository}`)
        : [];
      expect(images).toContain(image);
    }
  });

  testProperty(
    'every repository that is routed is found, or may be any',
    [routes, path],
    (checked, sourcePath) => {
      const routing = findRoute(checked, 'github', sourcePath);
      fc.pre(routing.matched);
      if (!routing.matched) return;
      for (const { namespace, repository } of routing.destinations) {
        const origins = findChecked(checked, `${namespace}/${repository}`);
        expect(
          origins.some((origin) => origin.repository === undefined || origin.repository === sourcePath),
        ).toBe(true);
      }
    },
  );
});
