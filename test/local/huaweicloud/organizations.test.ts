import { expect, test } from '@jest/globals';
import { fillOrganizations } from './fill-cloud.ts';

test.each([
  { why: 'one organization', counts: [7], limit: 3 },
  { why: 'organizations of all sizes', counts: [3, 0, 1, 8, 0, 2], limit: 4 },
  { why: 'organizations that begin with a page', counts: [4, 4, 4], limit: 4 },
  { why: 'pages of one', counts: [2, 0, 3], limit: 1 },
  { why: 'one page for all', counts: [2, 3], limit: 100 },
  { why: 'nothing at all', counts: [], limit: 5 },
])('have every repository once in their pages, in order, with $why', ({ counts, limit }) => {
  const organizations = fillOrganizations(counts);
  const expected = counts.flatMap((count, index) =>
    Array.from({ length: count }, (_, i) => `org-${index}/repo-${i}`),
  );
  const found: string[] = [];
  for (let offset = 0; offset <= expected.length; offset += limit) {
    const { rows, total } = organizations.page(offset, limit);
    expect(total).toBe(expected.length);
    expect(rows.length).toBeLessThanOrEqual(limit);
    found.push(...rows.map(({ namespace, name }) => `${namespace}/${name}`));
  }
  expect(found).toEqual(expected);
});

test('have pages that follow what changes in between', () => {
  const organizations = fillOrganizations([3]);
  const names = () => organizations.page(0, 100, 'org-0').rows.map(({ name }) => name);
  expect(names()).toEqual(['repo-0', 'repo-1', 'repo-2']);
  organizations.removeRepository('org-0', 'repo-1');
  expect(names()).toEqual(['repo-0', 'repo-2']);
  organizations.addRepository('org-0', 'repo-1');
  expect(names()).toEqual(['repo-0', 'repo-2', 'repo-1']);
  organizations.remove('org-0');
  expect(names()).toEqual([]);
});
