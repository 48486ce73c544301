import { describe, expect, test } from '@jest/globals';
import { parseTarget, validateRoutes } from '../../lib/config/validate-routes.ts';

const sources = { github: { type: 'github' }, anyone: { type: 'standard-webhooks' }, broken: 7 };
const accounts = { main: {}, other: {} };
const toIssues = (route: unknown, rest: object = { sources, accounts }) =>
  validateRoutes({ ...rest, routes: [{ from: 'github:a/b', to: 'images/b' }, route] });

describe('a route', () => {
  test.each([
    { why: 'of one repository', route: { from: 'github:a/b', to: 'images/b', account: 'other' } },
    { why: 'to several places', route: { from: 'github:{r}', to: ['one/{r}', 'two/x-{r}'] } },
    { why: 'of a source that is built in', route: { from: 'ecr:{r+}', to: 'images/{r}' } },
    { why: 'for some targets', route: { from: 'github:a', to: 'b/c', targets: ['cn-east-3/acme-dr'] } },
    { why: 'of a source that is wrong itself', route: { from: 'broken:a', to: 'b/c' } },
  ])('may be one $why', ({ route }) => {
    expect(toIssues(route)).toEqual([]);
  });

  const TARGET = 'REGION/ORGANIZATION such as cn-east-3/acme-dr';
  test.each<[why: string, route: object, key: string, expected: unknown, found?: unknown]>([
    [
      'its source is unknown',
      { from: 'gitlab:a', to: 'b/c' },
      'from',
      'SOURCE:PATTERN with one of the sources (github, anyone, broken, ecr)',
      '"gitlab:a"',
    ],
    ['it has no source', { from: 'github', to: 'b/c' }, 'from', expect.stringMatching(/^SOURCE:PATTERN/)],
    [
      'its source needs none',
      { from: 'anyone:a', to: 'b/c' },
      'from',
      'another source: events of anyone name SWR repositories themselves',
    ],
    [
      'its pattern is invalid',
      { from: 'github:a//b', to: 'b/c' },
      'from',
      expect.stringContaining('path segments'),
    ],
    [
      'it leads to an unknown name',
      { from: 'github:{a}/{b}', to: 'x/{c}' },
      'to',
      'only names that from has (a, b), not {c}',
      '"x/{c}"',
    ],
    [
      'it leads to an invalid name',
      { from: 'github:{a}', to: ['x/{a}', 'X Y/{a}'] },
      'to[1]',
      'namespace/repository as SWR allows them, such as acme-images/{repo}',
      '"X Y/{a}"',
    ],
    [
      'its account is unknown',
      { from: 'github:a', to: 'b/c', account: 'third' },
      'account',
      'one of accounts (main, other)',
      '"third"',
    ],
    [
      'a target is invalid',
      { from: 'github:a', to: 'b/c', targets: ['cn-east-3/dr', 'dr'] },
      'targets[1]',
      TARGET,
      '"dr"',
    ],
    ['a target is a number', { from: 'github:a', to: 'b/c', targets: [7] }, 'targets[0]', TARGET, '7'],
  ])('is invalid when %s', (_, route, key, expected, found = expect.anything()) => {
    expect(toIssues(route)).toMatchObject([{ path: `routes[1].${key}`, expected, found }]);
  });

  test('has an unknown account when there are none', () => {
    const route = { from: 'github:a', to: 'b/c', account: 'main' };
    expect(toIssues(route, { sources })).toMatchObject([{ expected: 'one of accounts (there is none)' }]);
  });

  test.each([
    { why: 'without from', route: { to: 'X/{b}' } },
    { why: 'without to', route: { from: 'github:a' } },
    { why: 'with another from', route: { from: 7, to: 'X/{b}' } },
    { why: 'with another account', route: { from: 'github:a', to: 'b/c', account: 7 } },
    { why: 'with other targets', route: { from: 'github:a', to: 'b/c', targets: 'x' } },
    { why: 'that is a text', route: 'github:a' },
  ])('$why is left to the schema', ({ route }) => {
    expect(toIssues(route)).toEqual([]);
  });

  test.each([null, 7, {}, { routes: 'x' }])('is not validated in %j', (contents) => {
    expect(validateRoutes(contents)).toEqual([]);
  });
});

test.each([
  { text: 'cn-east-3/acme-dr', target: { remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' } },
  { text: 'a/b', target: { remoteRegionId: 'a', remoteNamespace: 'b' } },
  { text: 'cn-east-3', target: undefined },
  { text: '/acme-dr', target: undefined },
  { text: 'cn-east-3/', target: undefined },
  { text: 'cn-east-3/acme-dr/api', target: undefined },
  { text: 'CN-east-3/acme-dr', target: undefined },
  { text: 'cn-east-3 /acme-dr', target: undefined },
  { text: `${'a'.repeat(65)}/acme-dr`, target: undefined },
  { text: 'cn-east-3/Acme', target: undefined },
  { text: '', target: undefined },
])('"$text" as a target: $target', ({ text, target }) => {
  expect(parseTarget(text)).toEqual(target);
});
