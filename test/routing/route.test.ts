import { describe, expect, test } from '@jest/globals';
import { findOrganization, findRoute } from '../../lib/routing/route.ts';
import { configOf, firstCounts } from '../support/config.ts';

const find = (from: string, to: string, path: string) =>
  findRoute(configOf({ routes: firstCounts([{ from, to }]) }).routes, 'github', path);

test.each([
  {
    from: 'github:acme/{repo}',
    to: 'images/{repo}',
    path: 'acme/api',
    image: 'images/api',
    why: 'one segment',
  },
  {
    from: 'github:acme/{repo}',
    to: 'images/{repo}',
    path: 'Acme/API',
    image: 'images/api',
    why: 'case ignored',
  },
  { from: 'github:{org}/{repo}', to: '{org}/{repo}', path: 'a/b', image: 'a/b', why: 'both from the source' },
  { from: 'github:{path+}', to: 'images/{path}', path: 'a/b/c', image: 'images/a/b/c', why: 'many segments' },
  { from: 'github:{path+}', to: '{path}', path: 'a/b/c', image: 'a/b/c', why: 'a whole path' },
  {
    from: 'github:{path+}/{last}',
    to: '{last}/{path}',
    path: 'a/b/c',
    image: 'c/a/b',
    why: 'many before one',
  },
  { from: 'github:acme/api', to: 'images/x', path: 'acme/api', image: 'images/x', why: 'no name at all' },
  {
    from: 'github:acme/{repo}',
    to: 'images/gh-{repo}-x',
    path: 'acme/a',
    image: 'images/gh-a-x',
    why: 'within a text',
  },
])('$from takes $path to $image: $why', ({ from, to, path, image }) => {
  const routing = find(from, to, path);
  const [namespace, ...repository] = image.split('/');
  expect(routing).toMatchObject({
    matched: true,
    destinations: [{ namespace, repository: repository.join('/'), account: 'main' }],
  });
});

test.each([
  { from: 'github:acme/{repo}', path: 'other/api', why: 'another owner' },
  { from: 'github:acme/{repo}', path: 'acme/a/b', why: 'more segments' },
  { from: 'github:acme/{repo}', path: 'acme', why: 'fewer segments' },
  { from: 'github:acme/{path+}', path: 'acme', why: 'nothing for {path+}' },
  { from: 'ecr:acme/{repo}', path: 'acme/api', why: 'another source' },
])('$from does not fit $path: $why', ({ from, path }) => {
  expect(find(from, 'images/x', path)).toEqual({ matched: false, reason: `no route for github:${path}` });
});

test('the first route that fits wins', () => {
  const { routes } = configOf({
    routes: [
      { from: 'github:acme/api', to: 'special/api', targets: ['cn-east-3/acme-dr'] },
      { from: 'github:acme/{repo}', to: 'images/{repo}' },
    ],
  });
  expect(findRoute(routes, 'github', 'acme/api')).toEqual({
    matched: true,
    destinations: [
      {
        account: 'main',
        namespace: 'special',
        repository: 'api',
        targets: [{ remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' }],
      },
    ],
  });
});

test.each([
  { path: 'acme/.github', why: 'a dot first' },
  { path: 'acme/a--b', why: 'two separators' },
  { path: 'acme/naïve', why: 'a letter that SWR does not know' },
  { path: `acme/${'a'.repeat(129)}`, why: 'too long' },
  { path: 'acme/{repo}', why: 'a brace' },
])('a name that SWR can not have is no destination: $why', ({ path }) => {
  expect(find('github:acme/{repo}', 'images/{repo}', path)).toMatchObject({
    matched: false,
    reason: expect.stringContaining('is not an SWR repository'),
  });
});

test.each([
  { path: 'acme/wor\u212A', why: 'the Kelvin sign' },
  { path: 'acme/\u0130', why: 'a capital I with a dot' },
])('a letter that only looks like an ASCII one in lower case leads nowhere: $why', ({ path }) => {
  expect(find('github:acme/{repo}', 'images/{repo}', path)).toMatchObject({
    matched: false,
    reason: expect.stringContaining('is not an SWR repository'),
  });
  expect(find(`github:${path.replace('\u212A', 'k').replace('\u0130', 'i')}`, 'images/x', path)).toEqual({
    matched: false,
    reason: `no route for github:${path}`,
  });
});

test.each(['acme/', '/api', 'acme//api', ''])('a path with an empty segment fits no route: "%s"', (path) => {
  expect(find('github:{path+}', 'images/{path}', path)).toMatchObject({ matched: false });
});

test('all destinations have to be names that SWR can have', () => {
  const { routes } = configOf({
    routes: firstCounts([{ from: 'github:acme/{repo}', to: ['x/y', 'images/{repo}'] }]),
  });
  expect(findRoute(routes, 'github', 'acme/.github')).toEqual({
    matched: false,
    reason: expect.stringMatching(/^route github:acme\/\{repo\}: ".github" is not an SWR repository/),
  });
});

describe('an organization', () => {
  const route = { from: 'github:acme/{repo}', to: 'Images/{repo}' };
  const findBeside = (...more: object[]) =>
    findOrganization(configOf({ routes: firstCounts([route, ...more]) }).routes, 'github', 'acme');

  test('belongs to an SWR organization as a whole', () => {
    expect(findBeside()).toStrictEqual({
      matched: true,
      destination: { account: 'main', namespace: 'images' },
    });
  });

  test('belongs to some of its tasks, where the route is for those', () => {
    const targets = ['cn-east-3/acme-dr'];
    const { routes } = configOf({ routes: [{ ...route, targets }] });
    expect(findOrganization(routes, 'github', 'acme')).toMatchObject({
      destination: { targets: [{ remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' }] },
    });
  });

  test('has it to itself where all other routes lead elsewhere', () => {
    expect(findBeside({ from: 'ecr:{r}', to: ['other/{r}', 'images-2/{r}'] }).matched).toBe(true);
  });

  test('shares it with a route that leads there among others', () => {
    expect(findBeside({ from: 'ecr:{r}', to: ['other/{r}', 'IMAGES/{r}'] }).matched).toBe(false);
  });

  test('shares it with a route that may lead anywhere', () => {
    expect(findBeside({ from: 'ecr:{o}/{r}', to: ['other/{r}', 'x-{o}/{r}'] }).matched).toBe(false);
  });
});
