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

  test.each([
    {
      why: 'of an unknown source',
      route: { from: 'gitlab:a', to: 'b/c' },
      issue: {
        path: 'routes[1].from',
        found: '"gitlab:a"',
        expected: 'SOURCE:PATTERN with one of the sources (github, anyone, broken, ecr)',
      },
    },
    {
      why: 'of no source',
      route: { from: 'github', to: 'b/c' },
      issue: { path: 'routes[1].from', expected: expect.stringMatching(/^SOURCE:PATTERN/) },
    },
    {
      why: 'of a source that needs none',
      route: { from: 'anyone:a', to: 'b/c' },
      issue: {
        path: 'routes[1].from',
        expected: 'another source: events of anyone name SWR repositories themselves',
      },
    },
    {
      why: 'with a bad pattern',
      route: { from: 'github:a//b', to: 'b/c' },
      issue: { path: 'routes[1].from', expected: expect.stringContaining('path segments') },
    },
    {
      why: 'to a name that from does not have',
      route: { from: 'github:{a}/{b}', to: 'x/{c}' },
      issue: { path: 'routes[1].to', found: '"x/{c}"', expected: 'only names that from has (a, b), not {c}' },
    },
    {
      why: 'to a place that SWR can not have',
      route: { from: 'github:{a}', to: ['x/{a}', 'X Y/{a}'] },
      issue: {
        path: 'routes[1].to[1]',
        found: '"X Y/{a}"',
        expected: 'namespace/repository as SWR allows them, such as acme-images/{repo}',
      },
    },
    {
      why: 'for an unknown account',
      route: { from: 'github:a', to: 'b/c', account: 'third' },
      issue: { path: 'routes[1].account', found: '"third"', expected: 'one of accounts (main, other)' },
    },
    {
      why: 'for a target that is none',
      route: { from: 'github:a', to: 'b/c', targets: ['cn-east-3/dr', 'dr'] },
      issue: {
        path: 'routes[1].targets[1]',
        found: '"dr"',
        expected: 'REGION/ORGANIZATION such as cn-east-3/acme-dr',
      },
    },
    {
      why: 'for a target that is no text',
      route: { from: 'github:a', to: 'b/c', targets: [7] },
      issue: { path: 'routes[1].targets[0]', found: '7' },
    },
  ])('can not be one $why', ({ route, issue }) => {
    expect(toIssues(route)).toMatchObject([issue]);
  });

  test('can be for no account where there is none', () => {
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
  ])('$why is left to what checks it by itself', ({ route }) => {
    expect(toIssues(route)).toEqual([]);
  });

  test.each([null, 7, {}, { routes: 'x' }])('is not looked for in %j', (contents) => {
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
