import { expect, test } from '@jest/globals';
import { fillOrganizations } from './fill-cloud.ts';

test.each([
  { why: 'one organization', counts: [7] },
  { why: 'organizations of all sizes', counts: [3, 0, 1, 8, 0, 2] },
  { why: 'nothing at all', counts: [] },
])('lists every repository once and in order: $why', ({ counts }) => {
  const expected = counts.flatMap((count, index) =>
    Array.from({ length: count }, (_, i) => `org-${index}/repo-${i}`),
  );
  const found = fillOrganizations(counts).repositories();
  expect(found.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(expected);
});

test('lists what has changed in between', () => {
  const cloud = fillOrganizations([3]);
  const names = () => cloud.repositories('org-0').map(({ name }) => name);
  expect(names()).toEqual(['repo-0', 'repo-1', 'repo-2']);
  cloud.removeRepository('org-0', 'repo-1');
  expect(names()).toEqual(['repo-0', 'repo-2']);
  cloud.addRepository('org-0', 'repo-1');
  expect(names()).toEqual(['repo-0', 'repo-2', 'repo-1']);
  cloud.removeOrganization('org-0');
  expect(names()).toEqual([]);
});
