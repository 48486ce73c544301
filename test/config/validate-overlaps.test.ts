import { describe, expect, test } from '@jest/globals';
import { validateConfig } from '../../lib/config/validate-config.ts';
import type { Route } from '../../lib/routing/route.ts';

const api = { url: 'https://forge.example.com', credentials: 'env:X' };
const SECTIONS = {
  accounts: { main: { region: 'x', credentials: 'env:X' }, other: { region: 'x', credentials: 'env:X' } },
  sources: {
    github: { type: 'github', secret: 'env:A' },
    gitlab: { type: 'gitlab', secret: 'env:B' },
    asked: { type: 'gitlab', secret: 'env:C', api },
  },
};
type Written = Pick<Route, 'from' | 'to'> & {
  account?: string;
  targets?: string[];
  firstDeletionCounts?: true;
};

const check = (routes: readonly Short[], confirmEcr = false) =>
  validateConfig('test', { ...SECTIONS, routes: writtenOf(routes), events: { confirmEcr } });
const toIssues = (routes: readonly Short[], confirmEcr = false) => {
  const result = check(routes, confirmEcr);
  return result.ok ? [] : result.issues;
};
const sharedOf = (routes: readonly Short[], confirmEcr = false) => {
  const result = check(routes, confirmEcr);
  return result.ok ? result.value.routes.map(({ shared }) => shared) : result.issues;
};
/** A route, or `FROM → TO, TO`. */
type Short = Written | string;
const writtenOf = (routes: readonly Short[]): Written[] =>
  routes.map((route) => {
    if (typeof route !== 'string') return route;
    const [from = '', to = ''] = route.split(' → ');
    return { from, to: to.includes(', ') ? to.split(', ') : to };
  });
const DR = ['cn-east-3/dr'];

describe('routes of which each image has one source repository', () => {
  test.each<[why: string, routes: Short[]]>([
    ['one organization', ['github:acme/{repo} → images/{repo}']],
    ['every organization', ['github:{org}/{repo} → {org}-images/{repo}']],
    ['whole paths', ['gitlab:{path+} → {path}']],
    ['paths with the last name first', ['gitlab:{path+}/{last} → x/{last}/{path}']],
    ['a name twice', ['github:acme/{repo} → x/{repo}-{repo}']],
    ['a name that contains the other', ['github:{org}/{repo} → {org}-{repo}/{repo}']],
    ['a path twice', ['gitlab:{path+} → x/{path}/of/{path}']],
    ['two copies', ['github:{org}/{repo} → {org}-images/{repo}, archive/{org}/{repo}']],
    ['the same copy twice', ['github:{org}/{repo} → x/{org}/{repo}, x/{org}/{repo}']],
    [
      'some tasks of one organization before every organization',
      [
        { from: 'github:acme/{repo}', to: 'acme-images/{repo}', targets: DR },
        'github:{org}/{repo} → {org}-images/{repo}',
      ],
    ],
    [
      'a subgroup before its group',
      [
        { from: 'gitlab:acme/pay/{path+}', to: 'x/pay/{path}', targets: DR },
        'gitlab:acme/{path+} → x/{path}',
      ],
    ],
    [
      'one repository before its organization',
      [{ from: 'github:Acme/Special', to: 'x/special', targets: DR }, 'github:acme/{repo} → X/{repo}'],
    ],
    [
      'one repository that is led elsewhere',
      ['github:acme/special → y/special', 'github:acme/{repo} → x/{repo}'],
    ],
    [
      'organizations that have swapped their names',
      ['github:a/{repo} → b/{repo}', 'github:b/{repo} → a/{repo}', 'github:{org}/{repo} → {org}/{repo}'],
    ],
    [
      'two sources with a prefix for each',
      ['github:{org}/{repo} → images/gh-{repo}/{org}', 'gitlab:{org}/{repo} → images/gl-{repo}/{org}'],
    ],
    [
      'two sources with different targets',
      [
        { from: 'github:acme/{repo}', to: 'x/{repo}', targets: DR },
        { from: 'gitlab:acme/{repo}', to: 'x/{repo}', targets: ['cn-east-3/other'] },
      ],
    ],
    [
      'two sources in two accounts',
      ['github:acme/{repo} → x/{repo}', { from: 'gitlab:acme/{repo}', to: 'x/{repo}', account: 'other' }],
    ],
    [
      'a route that nothing comes to',
      ['github:{org}/{repo} → {org}/{repo}', 'github:acme/{repo} → images/{repo}'],
    ],
    [
      'different numbers of segments',
      ['github:{org}/{repo} → x/{org}/{repo}', 'gitlab:{group}/{team}/{repo} → x/{group}/{team}/{repo}'],
    ],
  ])('are accepted without a check: %s', (_, routes) => {
    expect(sharedOf(routes)).toEqual(routes.map(() => undefined));
  });
});

describe('routes that lead two source repositories to one image', () => {
  test.each<[why: string, routes: Short[], path: string, collision: RegExp]>([
    [
      'no telling where a name ends',
      ['gitlab:{group}/{repo} → images/{group}-{repo}'],
      'routes[0].to',
      /gitlab:(\w+)-(\w+)\/(\w+) and gitlab:\1\/\2-\3 both lead to images\/\1-\2-\3 /,
    ],
    [
      'a name that is left out',
      ['gitlab:{group}/{repo} → images/{repo}'],
      'routes[0].to',
      /gitlab:a\/(\w+) and gitlab:b\/\1 both lead to images\/\1 /,
    ],
    [
      'every name left out, behind a route that takes the short ones',
      ['gitlab:{a} → y/{a}', 'gitlab:{path+} → images/all'],
      'routes[1].to',
      /gitlab:a\/a and gitlab:b\/b both lead to images\/all /,
    ],
    [
      'two sources',
      ['github:acme/{repo} → Images/{repo}', 'ecr:{path+} → mirror/{path}, images/{path}'],
      'routes[1].to[1]',
      /github:acme\/(\w+) and ecr:\1 both lead to images\/\1 /,
    ],
    [
      'an organization called like another one is led',
      ['github:acme/special → x/special', 'github:{org}/{repo} → {org}/{repo}'],
      'routes[1].to',
      /github:acme\/special and github:x\/special both lead to x\/special /,
    ],
    [
      'names in another order',
      ['gitlab:{a}/{b} → x/{a}/{b}, x/{b}/{a}'],
      'routes[0].to[1]',
      /gitlab:(\w+)\/(\w+) and gitlab:\2\/\1 both lead to x\/\1\/\2 /,
    ],
    [
      'a name of two occurrences',
      ['gitlab:{path+} → {path}/x, x/{path}/of/{path}'],
      'routes[0].to[1]',
      /gitlab:x\/x\/of and gitlab:x both lead to x\/x\/of\/x /,
    ],
  ])('are rejected with an example: %s', (_, routes, path, collision) => {
    expect(toIssues(routes)).toEqual([
      { path, found: expect.any(String), expected: expect.stringMatching(collision) },
    ]);
  });

  test('are rejected when undecidable', () => {
    const routes = ['github:{a}/{b} → x/{a}-r0-{a}/{b}', 'gitlab:{a}/{b} → x/{a}-r1-{a}/{b}'];
    expect(toIssues(routes)).toMatchObject([
      { expected: expect.stringContaining('several source repositories may lead to one image') },
    ]);
  });

  const both = [
    { from: 'asked:acme/{repo}', to: 'x/{repo}' },
    { from: 'ecr:{repo}', to: 'x/{repo}' },
  ];

  test('are shared when every source has checkExistence', () => {
    expect(sharedOf(both, true)).toEqual([true, true]);
    expect(sharedOf([{ from: 'asked:{group}/{repo}', to: 'x/{group}-{repo}' }])).toEqual([true]);
  });

  test('are accepted when each has firstDeletionCounts', () => {
    const routes = both.map((route) => ({ ...route, firstDeletionCounts: true as const }));
    expect(sharedOf(routes)).toEqual([undefined, undefined]);
  });

  test('need both sources to have checkExistence when one of them has firstDeletionCounts', () => {
    const routes: Short[] = both.map((route, index) =>
      index === 0 ? { ...route, firstDeletionCounts: true } : route,
    );
    expect(sharedOf(routes, true)).toEqual([undefined, true]);
    expect(toIssues(routes)).toMatchObject([
      {
        expected: expect.stringMatching(
          /events\.confirmEcr: true so .*, or give routes\[1\] firstDeletionCounts/,
        ),
      },
    ]);
  });

  test.each<[why: string, routes: Short[], offered: string[], not: string[]]>([
    [
      'an API that is missing',
      [{ from: 'gitlab:{a}/{b}', to: 'x/{a}-{b}' }],
      ['sources.gitlab.api so', 'give routes[0] firstDeletionCounts: true'],
      ['confirmEcr'],
    ],
    [
      'both that are missing',
      [{ from: 'gitlab:{r}', to: 'x/{r}' }, ...both.slice(1)],
      ['sources.gitlab.api and events.confirmEcr: true so', 'routes[0] and routes[1]'],
      [],
    ],
    [
      'nothing to check when the template omits a name',
      [{ from: 'gitlab:{a}/{b}', to: 'x/{b}' }],
      ['firstDeletionCounts: true', 'Change a template'],
      ['api', 'confirmEcr'],
    ],
  ])('have fixes that can work: %s', (_, routes, offered, not) => {
    const [issue] = toIssues(routes);
    for (const way of offered) expect(issue?.expected).toContain(way);
    for (const way of not) expect(issue?.expected).not.toContain(way);
  });

  test('are one issue for each route', () => {
    const routes = Array.from({ length: 5 }, (_, index) => ({ from: `gitlab:r${index}/{a}`, to: 'x/{a}' }));
    expect(toIssues(routes).map(({ path }) => path)).toEqual(
      [1, 2, 3, 4].map((index) => `routes[${index}].to`),
    );
  });
});

test.each([false, 'yes', 1])('firstDeletionCounts is true or missing, and not %j', (value) => {
  const routes = [{ from: 'github:a/{r}', to: 'x/{r}', firstDeletionCounts: value }];
  expect(validateConfig('test', { ...SECTIONS, routes })).toMatchObject({
    issues: [{ path: 'routes[0].firstDeletionCounts' }],
  });
});

test.each<[why: string, routes: Short[]]>([
  [
    'special ones before a general one',
    [
      ...Array.from({ length: 199 }, (_, index) => ({
        from: `github:org${index}/{r}`,
        to: `org${index}-images/{r}`,
        targets: DR,
      })),
      { from: 'github:{org}/{r}', to: '{org}-images/{r}' },
    ],
  ],
  [
    'each with a general beginning and end',
    Array.from({ length: 200 }, (_, index) => ({
      from: `gitlab:r${index}/{o}/{r+}`,
      to: `x/{r}/r${index}/{o}`,
    })),
  ],
])('200 routes are compared, %s', (_, routes) => {
  expect(sharedOf(routes)).toEqual(routes.map(() => undefined));
});
