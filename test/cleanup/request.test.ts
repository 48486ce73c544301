import { describe, expect, test } from '@jest/globals';
import { parseRequest, toDeliveryId, validateNames } from '../../lib/cleanup/request.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { APAC, DR, manyTargets } from '../support/cloud.ts';

const whole = {
  version: 1,
  id: '72d3162e',
  source: 'github',
  occurredAt: '2026-11-24T03:00:00.000Z',
  account: 'main',
  namespace: 'acme',
  repository: 'payments/api',
  targets: [DR, APAC],
};

describe('a request', () => {
  test.each([
    { why: 'everything is there', input: whole, value: whole },
    {
      why: 'only the organization is there',
      input: { namespace: 'acme' },
      value: { version: 1, id: 'default', namespace: 'acme' },
    },
    {
      why: 'names are checked elsewhere, so that a bad one is settled and not lost',
      input: { namespace: 'ACME', repository: 'a//b' },
      value: { version: 1, id: 'default', namespace: 'ACME', repository: 'a//b' },
    },
    {
      why: '500 targets are the most',
      input: { ...whole, targets: manyTargets(500) },
      value: { ...whole, targets: manyTargets(500) },
    },
  ])('is taken where $why', ({ input, value }) => {
    expect(parseRequest(input, { id: 'default' })).toEqual({ ok: true, value });
  });

  const names = ['namespace', 'repository', 'sourceRepository', 'sourceOrganization'];
  const words = ['id', 'source', 'account', 'deliveryId'];

  test.each([
    ...[...words, ...names].map((key) => ({ key, text: 'a\uD800', expected: 'well-formed Unicode' })),
    ...[...words, ...names].map((key) => ({ key, text: '\uDC00a', expected: 'well-formed Unicode' })),
    ...words.flatMap((key) =>
      ['a\0', 'a\nb', 'a\u0085b'].map((text) => ({ key, text, expected: 'text without control characters' })),
    ),
  ])('must have $expected as its $key', ({ key, text, expected }) => {
    expect(parseRequest({ ...whole, [key]: text }, { id: 'default' })).toMatchObject({
      ok: false,
      issues: [{ path: key, expected }],
    });
    expect(parseRequest({ ...whole, [key]: 'ä😀' }, { id: 'default' })).toMatchObject({ ok: true });
  });

  test.each([
    { why: 'in UTC', occurredAt: '2026-11-24T03:00:00Z' },
    { why: 'with milliseconds', occurredAt: '2026-11-24T03:00:00.123Z' },
    { why: 'with microseconds', occurredAt: '2020-04-17T02:11:03.531831Z' },
    { why: 'with an offset', occurredAt: '2026-11-24T11:00:00+08:00' },
    { why: 'without seconds', occurredAt: '2026-11-24T03:00Z' },
  ])('may have a time $why', ({ occurredAt }) => {
    expect(parseRequest({ ...whole, occurredAt }, { id: 'default' })).toMatchObject({
      ok: true,
      value: { occurredAt },
    });
  });

  test.each([
    { why: 'is no object', input: 'text', path: '' },
    { why: 'is null', input: null, path: '' },
    { why: 'is a list', input: [whole], path: 'namespace' },
    { why: 'has no organization', input: { repository: 'api' }, path: 'namespace' },
    { why: 'has an empty organization', input: { ...whole, namespace: '' }, path: 'namespace' },
    { why: 'has an organization that is no text', input: { ...whole, namespace: 5 }, path: 'namespace' },
    {
      why: 'has a misspelt repository, which would mean all',
      input: { namespace: 'acme', repo: 'api' },
      path: 'repo',
    },
    { why: 'has misspelt targets, which would mean all', input: { ...whole, target: [DR] }, path: 'target' },
    {
      why: 'has an empty repository, which would mean all',
      input: { ...whole, repository: '' },
      path: 'repository',
    },
    { why: 'has no repository but says so', input: { ...whole, repository: null }, path: 'repository' },
    { why: 'has an undefined repository', input: { ...whole, repository: undefined }, path: 'repository' },
    {
      why: 'has no target in its list, which would mean none',
      input: { ...whole, targets: [] },
      path: 'targets',
    },
    { why: 'has targets that are no list', input: { ...whole, targets: DR }, path: 'targets' },
    { why: 'has one target too many', input: { ...whole, targets: manyTargets(501) }, path: 'targets' },
    {
      why: 'has half a target',
      input: { ...whole, targets: [DR, { remoteRegionId: 'cn-east-3' }] },
      path: 'targets[1].remoteNamespace',
    },
    {
      why: 'has a misspelt field in a target',
      input: { ...whole, targets: [{ ...DR, remoteRepository: 'x' }] },
      path: 'targets[0].remoteRepository',
    },
    {
      why: 'has a region that is none',
      input: { ...whole, targets: [{ ...DR, remoteRegionId: 'CN East' }] },
      path: 'targets[0].remoteRegionId',
    },
    {
      why: 'has a region that never ends',
      input: { ...whole, targets: [{ ...DR, remoteRegionId: 'a'.repeat(65) }] },
      path: 'targets[0].remoteRegionId',
    },
    { why: 'is of another version', input: { ...whole, version: 2 }, path: 'version' },
    { why: 'has an empty id', input: { ...whole, id: '' }, path: 'id' },
    { why: 'has an id that never ends', input: { ...whole, id: 'x'.repeat(257) }, path: 'id' },
    {
      why: 'has a time without a zone',
      input: { ...whole, occurredAt: '2026-11-24T03:00:00' },
      path: 'occurredAt',
    },
    { why: 'has a date only', input: { ...whole, occurredAt: '2026-11-24' }, path: 'occurredAt' },
    {
      why: 'has a time that does not exist',
      input: { ...whole, occurredAt: '2026-13-24T03:00:00Z' },
      path: 'occurredAt',
    },
    {
      why: 'has a time in words',
      input: { ...whole, occurredAt: 'Tue, 24 Nov 2026 03:00:00 GMT' },
      path: 'occurredAt',
    },
    {
      why: 'has a time in a year of six digits',
      input: { ...whole, occurredAt: '+012026-11-24T03:00:00Z' },
      path: 'occurredAt',
    },
    { why: 'has a time in seconds', input: { ...whole, occurredAt: 1_795_489_200 }, path: 'occurredAt' },
  ])('is not taken where it $why', ({ input, path }) => {
    expect(parseRequest(input, { id: 'default' })).toMatchObject({
      ok: false,
      issues: expect.arrayContaining([{ path, found: expect.any(String), expected: expect.any(String) }]),
    });
  });

  test.each([
    { input: { ...whole, occurredAt: 'now' }, expected: /an ISO 8601 time with a zone, such as "2026-/ },
    {
      input: { ...whole, targets: [{ ...DR, remoteRegionId: '' }] },
      expected: /a region id such as "cn-east-3"/,
    },
    { input: { ...whole, targets: [] }, expected: /at least one target; leave targets out for every task/ },
  ])('is rejected with the expected value: $expected', ({ input, expected }) => {
    expect(parseRequest(input, { id: 'default' })).toMatchObject({
      issues: [{ expected: expect.stringMatching(expected) }],
    });
  });

  test('is rejected with all its issues and their paths', () => {
    const input = { namespace: '', targets: [], extra: 1 };
    expect(parseRequest(input, { id: 'default' }, 'data')).toMatchObject({
      ok: false,
      issues: expect.arrayContaining([
        expect.objectContaining({ path: 'data.namespace' }),
        expect.objectContaining({ path: 'data.targets' }),
        expect.objectContaining({ path: 'data.extra', expected: 'unknown key' }),
      ]),
    });
  });

  test('says for itself what it would else be given', () => {
    const defaults = { id: 'default', source: 'sns', occurredAt: '2020-01-01T00:00:00Z' };
    expect(parseRequest({ namespace: 'acme', id: 'own' }, defaults)).toEqual({
      ok: true,
      value: { version: 1, namespace: 'acme', id: 'own', source: 'sns', occurredAt: '2020-01-01T00:00:00Z' },
    });
  });
});

describe('the names of a request', () => {
  test.each([
    { why: 'the organization', differences: { namespace: 'ACME' }, named: '"ACME"' },
    { why: 'the repository', differences: { repository: 'a//b' }, named: '"a//b"' },
    {
      why: "a target's organization",
      differences: { targets: [DR, { ...DR, remoteNamespace: 'acme/dr' }] },
      named: '"acme/dr"',
    },
  ])("are rejected by the one that SWR can't have: $why", ({ differences, named }) => {
    expect(validateNames(cleanupRequest(differences))).toContain(named);
  });

  test.each([
    { why: 'a whole request', request: cleanupRequest({ targets: [DR, APAC] }) },
    { why: 'every task of a repository', request: cleanupRequest() },
    { why: 'an organization', request: { version: 1 as const, id: 'x', namespace: 'acme' } },
  ])('are fine in $why', ({ request }) => {
    expect(validateNames(request)).toBeUndefined();
  });
});

test('a long id of a delivery becomes a digest, which tells it from others', () => {
  const [one, other] = ['a', 'b'].map((end) => toDeliveryId('queue', `${'x'.repeat(1000)}${end}`));
  expect([one, other]).toEqual([
    expect.stringMatching(/^queue:[0-9a-f]{64}$/),
    expect.stringMatching(/^queue:[0-9a-f]{64}$/),
  ]);
  expect(one).not.toBe(other);
});
