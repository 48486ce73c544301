import { describe, expect, test } from '@jest/globals';
import type { Config } from '../../lib/config/config.ts';
import { type EventOrigin, resolveEvents } from '../../lib/routing/resolve.ts';
import type { SourceEvent } from '../../lib/sources/source-event.ts';
import { configOf, firstCounts } from '../support/config.ts';

const resolve = (event: SourceEvent, origin: EventOrigin, config: Config) =>
  resolveEvents([event], origin, config);
const OCCURRED_AT = '2026-11-24T03:00:00.000Z';
const deleted = { type: 'deleted', repository: 'acme/api', occurredAt: OCCURRED_AT } as const;
const organizationDeleted = (organization: string) =>
  ({ type: 'organization-deleted', organization, occurredAt: OCCURRED_AT }) as const;
const GITHUB = { source: 'github', id: 'e1' };
const github = { type: 'github', secret: 'env:X' };
const api = { url: 'https://api.example.com', credentials: 'env:Y' };

describe('a deleted repository', () => {
  const routes = [{ from: 'github:acme/{repo}', to: ['acme-images/{repo}', 'mirror/acme/{repo}'] }];

  test('is a request for each destination of its route', () => {
    expect(resolve(deleted, GITHUB, configOf({ routes }))).toMatchObject({
      requests: [
        { id: 'e1', source: 'github', namespace: 'acme-images', repository: 'api' },
        { id: 'e1', source: 'github', namespace: 'mirror', repository: 'acme/api' },
      ],
    });
  });

  test('is ignored without a route', () => {
    expect(resolve({ ...deleted, repository: 'shop/api' }, GITHUB, configOf({ routes }))).toMatchObject({
      requests: [],
      ignored: ['no route for github:shop/api'],
    });
  });

  test.each([
    { why: 'of its event', label: { deliveryId: 'd1' } },
    { why: 'of none without one', label: {} },
  ])('has the delivery id $why', ({ label }) => {
    const { requests } = resolve({ ...deleted, ...label }, GITHUB, configOf({ routes }));
    const destination = { account: 'main', repository: 'api' };
    expect(requests[0]).toEqual({
      version: 1,
      ...GITHUB,
      occurredAt: OCCURRED_AT,
      ...destination,
      namespace: 'acme-images',
      ...label,
    });
  });

  test.each([
    { why: 'it leaves no doubt', source: github, ambiguous: false, asked: undefined },
    {
      why: 'the configuration wants it',
      source: { ...github, api, confirm: true },
      ambiguous: false,
      asked: 'acme/api',
    },
    { why: 'it may concern less', source: { ...github, api }, ambiguous: true, asked: 'acme/api' },
  ])('has the source asked about $asked, as $why', ({ source, ambiguous, asked }) => {
    const config = configOf({
      routes: [{ from: 'github:acme/{repo}', to: 'x/{repo}' }],
      sources: { github: source },
    });
    const { requests } = resolve({ ...deleted, ambiguous }, GITHUB, config);
    expect(requests.map(({ sourceRepository }) => sourceRepository)).toEqual([asked]);
  });

  test('that may concern less is ignored without an API', () => {
    expect(resolve({ ...deleted, ambiguous: true }, GITHUB, configOf({ routes }))).toMatchObject({
      requests: [],
      ignored: [expect.stringContaining('configure sources.github.api')],
    });
  });

  test('that is unclear has the source checked, and is never ignored without an API', () => {
    const unclear = { ...deleted, unclear: 'unknown key "x"' };
    expect(resolve(unclear, GITHUB, configOf({ routes }))).toMatchObject({
      requests: [],
      undecided: [expect.stringMatching(/^unknown key "x": configure sources.github.api/)],
    });
    const sources = { github: { ...github, api } };
    expect(resolve(unclear, GITHUB, configOf({ routes, sources }))).toMatchObject({
      requests: [{ sourceRepository: 'acme/api' }, { sourceRepository: 'acme/api' }],
    });
  });

  test('of another source has no source checked, even if ECR is', () => {
    const config = configOf({ routes, events: { confirmEcr: true } });
    const { requests } = resolve(deleted, GITHUB, config);
    expect(requests.map((request) => 'sourceRepository' in request)).toEqual([false, false]);
  });

  test('of ECR has ECR checked if the configuration says so', () => {
    const config = configOf({ routes: [{ from: 'ecr:{r+}', to: 'x/{r}' }], events: { confirmEcr: true } });
    expect(resolve(deleted, { source: 'ecr', id: 'e1' }, config)).toMatchObject({
      requests: [{ sourceRepository: 'acme/api' }],
    });
  });
});

describe('a deleted repository of a route that shares its images', () => {
  const routes = [
    { from: 'github:acme/{repo}', to: 'images/{repo}' },
    { from: 'ecr:{repo}', to: 'images/{repo}' },
    { from: 'github:other/{repo}', to: 'others/{repo}' },
  ];
  const config = configOf({ routes, sources: { github: { ...github, api } }, events: { confirmEcr: true } });

  test('has all sources checked', () => {
    expect(resolve(deleted, GITHUB, config)).toMatchObject({
      requests: [{ repository: 'api', sourceRepository: 'acme/api', checkAllSources: true }],
    });
    expect(resolve({ ...deleted, repository: 'api' }, { source: 'ecr', id: 'e1' }, config)).toMatchObject({
      requests: [{ repository: 'api', sourceRepository: 'api', checkAllSources: true }],
    });
  });

  test('has no source checked if another route led it, or the first deletion counts', () => {
    const open = configOf({ routes: firstCounts(routes) });
    for (const [repository, known] of [
      ['other/api', config],
      ['acme/api', open],
    ] as const) {
      const { requests } = resolve({ ...deleted, repository }, GITHUB, known);
      expect(requests.map((request) => Object.keys(request).filter((key) => /source./i.test(key)))).toEqual([
        [],
      ]);
    }
  });
});

describe('a deleted organization', () => {
  test.each([
    {
      why: 'by its name',
      routes: [{ from: 'github:acme/{repo}', to: 'acme-images/{repo}' }],
      namespace: 'acme-images',
    },
    {
      why: 'whatever its case',
      routes: [{ from: 'github:Acme/{repo}', to: 'acme-images/{repo}' }],
      namespace: 'acme-images',
    },
    {
      why: 'as a name of the pattern',
      routes: [{ from: 'github:{org}/{repo}', to: '{org}/{repo}' }],
      namespace: 'acme',
    },
    {
      why: 'with all below it',
      routes: [{ from: 'github:acme/{path+}', to: 'images/{path}' }],
      namespace: 'images',
    },
  ])('is a request for the SWR organization that belongs to it: $why', ({ routes, namespace }) => {
    const { requests } = resolve(organizationDeleted('acme'), GITHUB, configOf({ routes }));
    expect(requests).toEqual([
      { version: 1, id: 'e1', source: 'github', occurredAt: OCCURRED_AT, account: 'main', namespace },
    ]);
  });

  test('of a source without a configuration has no source checked', () => {
    const routes = [{ from: 'ecr:acme/{repo}', to: 'acme-images/{repo}' }];
    const { requests } = resolve(
      organizationDeleted('acme'),
      { source: 'ecr', id: 'e1' },
      configOf({ routes }),
    );
    expect(requests.map((request) => 'sourceOrganization' in request)).toEqual([false]);
  });

  test('has the source checked if that has an API', () => {
    const routes = [{ from: 'github:acme/{repo}', to: 'acme-images/{repo}' }];
    const sources = { github: { ...github, api } };
    const unclear = 'no key "membership"';
    for (const sourceEvent of [organizationDeleted('acme'), { ...organizationDeleted('acme'), unclear }]) {
      expect(resolve(sourceEvent, GITHUB, configOf({ routes, sources }))).toMatchObject({
        requests: [{ namespace: 'acme-images', sourceOrganization: 'acme' }],
      });
    }
    expect(resolve({ ...organizationDeleted('acme'), unclear }, GITHUB, configOf({ routes }))).toMatchObject({
      requests: [],
      undecided: [expect.any(String)],
    });
  });

  test.each([
    {
      why: 'another route leads there too',
      routes: [
        { from: 'github:acme/{repo}', to: 'images/{repo}' },
        { from: 'ecr:{repo}', to: 'images/{repo}' },
      ],
    },
    {
      why: 'another route may lead there',
      routes: [
        { from: 'github:acme/{repo}', to: 'images/{repo}' },
        { from: 'ecr:{org}/{repo}', to: '{org}/{repo}' },
      ],
    },
    { why: 'repositories get other names', routes: [{ from: 'github:acme/{repo}', to: 'images/gh-{repo}' }] },
    { why: 'every organization goes there', routes: [{ from: 'github:{org}/{repo}', to: 'images/{repo}' }] },
    { why: 'it is only a part of it', routes: [{ from: 'github:acme/{repo}', to: 'images/acme/{repo}' }] },
    {
      why: 'there are two destinations',
      routes: [{ from: 'github:acme/{repo}', to: ['images/{repo}', 'x/{repo}'] }],
    },
  ])('is ignored where $why', ({ routes }) => {
    expect(
      resolve(organizationDeleted('acme'), GITHUB, configOf({ routes: firstCounts(routes) })),
    ).toMatchObject({
      requests: [],
      ignored: [expect.stringContaining('has no SWR organization to itself')],
    });
  });

  test('is ignored where its repositories share their images', () => {
    const config = configOf({ routes: [{ from: 'github:acme/{repo}', to: 'images/{repo}' }] });
    const shared = { ...config, routes: config.routes.map((route) => ({ ...route, shared: true as const })) };
    expect(resolve(organizationDeleted('acme'), GITHUB, shared)).toMatchObject({
      requests: [],
      ignored: [expect.stringContaining('has no SWR organization to itself')],
    });
  });

  test('is ignored if its name may be that of another', () => {
    const routes = [{ from: 'github:{group}/{team}/{repo}', to: '{group}-{team}/{repo}' }];
    // As acme and pay-eu would be.
    expect(
      resolve(organizationDeleted('acme-pay/eu'), GITHUB, configOf({ routes: firstCounts(routes) })),
    ).toMatchObject({
      requests: [],
      ignored: [expect.stringContaining('has no SWR organization to itself')],
    });
  });

  test.each([
    { why: 'another organization', routes: [{ from: 'github:other/{repo}', to: 'images/{repo}' }] },
    { why: 'one repository alone', routes: [{ from: 'github:acme/api', to: 'images/api' }] },
    { why: 'another source', routes: [{ from: 'ecr:acme/{repo}', to: 'images/{repo}' }] },
  ])('is ignored where the route is for $why', ({ routes }) => {
    expect(resolve(organizationDeleted('acme'), GITHUB, configOf({ routes }))).toMatchObject({
      requests: [],
      ignored: ['no route for organization github:acme'],
    });
  });
});

test('the events of a delivery are resolved together, each kind in its order', () => {
  const request = { version: 1, id: 'e1', namespace: 'acme' } as const;
  const first = { path: 'a', found: '7', expected: 'string' };
  const second = { path: 'b', found: '7', expected: 'string' };
  const events: SourceEvent[] = [
    { type: 'ignored', reason: 'a push' },
    { type: 'unreadable', issues: [first] },
    { type: 'request', request },
    { type: 'subscription', confirmUrl: 'https://sns.example.com/1' },
    { type: 'ignored', reason: 'a tag' },
    { type: 'unreadable', issues: [second] },
    { type: 'request', request: { ...request, id: 'e2' } },
    { type: 'subscription', confirmUrl: 'https://sns.example.com/2' },
  ];
  expect(resolveEvents(events, GITHUB, configOf())).toEqual({
    ignored: ['a push', 'a tag'],
    issues: [first, second],
    requests: [request, { ...request, id: 'e2' }],
    confirmUrls: ['https://sns.example.com/1', 'https://sns.example.com/2'],
    undecided: [],
  });
});

test.each([
  { count: 100, requests: 100, issues: [] },
  {
    count: 101,
    requests: 0,
    issues: [{ path: '', found: '101', expected: 'at most 100 cleanup requests of one delivery' }],
  },
])('of $count requests of one delivery, $requests are begun', ({ count, requests, issues }) => {
  const request = { version: 1, id: 'e1', namespace: 'acme' } as const;
  const events = Array.from({ length: count }, () => ({ type: 'request', request }) as const);
  const resolution = resolveEvents(events, GITHUB, configOf());
  expect(resolution.requests).toHaveLength(requests);
  expect(resolution.issues).toEqual(issues);
});
