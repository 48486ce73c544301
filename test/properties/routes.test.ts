import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { validateOrganization, validateRepository } from '../../lib/huaweicloud/names.ts';
import { findOrganization, findRoute } from '../../lib/routing/route.ts';
import { configOf, firstCounts } from '../support/config.ts';
import { holds, holdsSlowly, testProperty } from '../support/properties.ts';
import { anyText, path, word } from './values.ts';

const routesOf = (...routes: { from: string; to: string | string[] }[]) =>
  configOf({ routes: firstCounts(routes) }).routes;

/** True if `from` has every name of `to`. */
function hasNames({ from, to }: { readonly from: string; readonly to: string }): boolean {
  return [...to.matchAll(/\{(\w+)\}/g)].every(([, name = '']) => new RegExp(`\\{${name}\\+?\\}`).test(from));
}

const route = fc.record({
  from: fc.constantFrom('github:a/{repo}', 'github:{org}/{repo}', 'github:a/{path+}', 'github:{org}/x'),
  to: fc.constantFrom(
    'one/{repo}',
    'two/x-{repo}',
    'two/{org}/{repo}',
    '{org}/{repo}',
    'one/{path}',
    'two/x',
  ),
});
const routes = fc.array(route, { minLength: 1, maxLength: 5 }).map((list) => list.filter(hasNames));

test('a route leads only to names that SWR can have', async () => {
  const everything = routesOf({ from: 'github:{path+}', to: '{path}' });
  await holds([fc.oneof(path, anyText)], (name) => {
    const found = findRoute(everything, 'github', name);
    for (const { namespace, repository } of found.matched ? found.destinations : []) {
      expect([validateOrganization(namespace), validateRepository(repository)]).toEqual([
        undefined,
        undefined,
      ]);
    }
  });
});

test('a route puts what it found in its place, whatever the case and however many segments', async () => {
  const [first, ...others] = ['org-{org}/{rest}/x', 'all/{last}', 'all/{org}.{last}'];
  const list = routesOf({ from: 'github:{org}/{rest+}/{last}', to: [first, ...others] });
  await holds([word, path, word, fc.boolean()], (org, rest, last, upper) => {
    const name = `${org}/${rest}/${last}`;
    const found = findRoute(list, 'github', upper ? name.toUpperCase() : name);
    const images = found.matched
      ? found.destinations.map(({ namespace, repository }) => `${namespace}/${repository}`)
      : [];
    expect(images).toEqual([`org-${org}/${rest}/x`, `all/${last}`, `all/${org}.${last}`]);
  });
});

testProperty('a route without names fits itself alone', [path, path, word], (from, name, source) => {
  const list = routesOf({ from: `github:${from}`, to: 'images/x' });
  expect(findRoute(list, 'github', name).matched).toBe(from === name);
  expect(findRoute(list, source, from).matched).toBe(source === 'github');
});

testProperty(
  'the first route that fits decides: those behind it change nothing',
  [routes, routes, word],
  (before, behind, repo) => {
    const found = findRoute(routesOf(...before), 'github', `a/${repo}`);
    fc.pre(found.matched);
    expect(findRoute(routesOf(...before, ...behind), 'github', `a/${repo}`)).toEqual(found);
  },
);

test('an organization goes as a whole only where nothing but its repositories has gone', async () => {
  // Few names, so that two organizations often come to the same one.
  const few = fc.constantFrom('a', 'b', 'a-a', 'a.b');
  const group = fc.array(few, { minLength: 1, maxLength: 2 }).map((names) => names.join('/'));
  const pattern = fc.constantFrom(
    'a/{repo}',
    '{g}/{repo}',
    '{g}/{repo+}',
    '{g}/{s}/{repo}',
    'a/{s}/{repo}',
    '{g+}/{repo}',
    'a/a',
  );
  const template = fc.constantFrom(
    'one/{repo}',
    '{g}/{repo}',
    'x-{g}/{repo}',
    '{s}/{repo}',
    '{g}-{s}/{repo}',
    '{g}.{s}/{repo}',
    '{g}/x-{repo}',
  );
  const some = fc.array(fc.record({ from: pattern, to: template }), { minLength: 1, maxLength: 3 });
  await holdsSlowly([some, group, group, few], (given, organization, elsewhere, repo) => {
    const known = given.map(({ from, to }) => ({ from: `github:${from}`, to })).filter(hasNames);
    const list = routesOf(...known);
    const found = findOrganization(list, 'github', organization);
    fc.pre(found.matched && elsewhere !== organization && !elsewhere.startsWith(`${organization}/`));
    const routed = findRoute(list, 'github', `${elsewhere}/${repo}`);
    const namespaces = routed.matched ? routed.destinations.map(({ namespace }) => namespace) : [];
    expect(found.matched && namespaces.includes(found.destination.namespace)).toBe(false);
  });
});
