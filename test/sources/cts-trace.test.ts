import { describe, expect, test } from '@jest/globals';
import { interpretTrace, readTraceTime } from '../../lib/sources/cts-trace.ts';

const FALLBACK = { id: 'fallback', receivedAt: '2026-11-24T03:00:00.000Z' };
const DELETED_AT = '2026-11-24T02:59:58.344Z';

const repositoryTrace = {
  service_type: 'SWR',
  trace_name: 'deleteImageRepository',
  trace_id: 'f828ab77',
  trace_status: 'normal',
  trace_rating: 'normal',
  resource_type: 'imagerepository',
  resource_name: 'payments/api',
  code: 204,
  time: Date.parse(DELETED_AT),
  message: '',
  request: { namespace: 'acme' },
  response: {},
};
const organizationTrace = {
  ...repositoryTrace,
  trace_name: 'deleteUserNamespace',
  resource_type: 'usernamespace',
  resource_name: 'acme',
  request: {},
};

function interpret(differences: object, trace: object = repositoryTrace) {
  return interpretTrace({ ...trace, ...differences }, FALLBACK);
}

test('a deleted repository is a cleanup request', () => {
  expect(interpret({})).toEqual({
    type: 'request',
    request: {
      version: 1,
      id: 'fallback',
      deliveryId: 'f828ab77',
      occurredAt: DELETED_AT,
      namespace: 'acme',
      repository: 'payments/api',
    },
  });
});

test('a deleted organization is a request for all of it', () => {
  expect(interpret({}, organizationTrace)).toEqual({
    type: 'request',
    request: {
      version: 1,
      id: 'fallback',
      deliveryId: 'f828ab77',
      occurredAt: DELETED_AT,
      namespace: 'acme',
    },
  });
});

describe('which traces are deletions', () => {
  test.each([
    { why: 'as CTS misspells it', of: { trace_name: 'deleteUserNamesapce', resource_name: 'acme' } },
    {
      why: 'of the Enterprise edition',
      of: { trace_name: 'deleteNamespace', resource_type: 'Namespace', resource_name: 'acme' },
    },
  ])('an organization $why is one', ({ of }) => {
    const request = {
      version: 1,
      id: 'fallback',
      deliveryId: 'f828ab77',
      occurredAt: DELETED_AT,
      namespace: 'acme',
    };
    expect(interpret(of)).toEqual({ type: 'request', request });
  });

  test.each([
    {
      why: 'a repository of the Enterprise edition',
      of: { trace_name: 'deleteRepository', resource_type: 'repository' },
    },
    { why: 'another spelling of the resource type', of: { resource_type: 'imageRepository' } },
    { why: 'no resource type', of: { resource_type: null } },
  ])('$why is one', ({ of }) => {
    const request = { namespace: 'acme', repository: 'payments/api' };
    expect(interpret(of)).toMatchObject({ type: 'request', request });
  });

  test.each([
    {
      why: 'another service',
      of: { service_type: 'FunctionGraph' },
      reason: 'is of FunctionGraph, not of SWR',
    },
    { why: 'another operation', of: { trace_name: 'createImageRepository' }, reason: 'is not the deletion' },
    { why: 'a tag', of: { trace_name: 'deleteImageTag' }, reason: 'is not the deletion' },
    {
      why: 'a name of the Enterprise edition for something else',
      of: { trace_name: 'deleteRepository', resource_type: 'trigger' },
      reason: 'is not the deletion',
    },
    {
      why: 'a name of the Enterprise edition without its type',
      of: { trace_name: 'deleteNamespace', resource_type: undefined },
      reason: 'is not the deletion',
    },
  ])('$why is ignored', ({ of, reason }) => {
    expect(interpret(of)).toMatchObject({ type: 'ignored', reason: expect.stringContaining(reason) });
  });
});

describe('whether it succeeded', () => {
  test.each([
    { why: 'no rating', of: { trace_rating: undefined } },
    { why: 'no status', of: { trace_status: undefined } },
    { why: 'a null and an empty one', of: { trace_status: null, trace_rating: 'normal', code: '' } },
    { why: 'a capital letter', of: { trace_status: 'Normal' } },
    { why: 'the code as a text', of: { code: '204' } },
    { why: 'the code 0', of: { code: 0 } },
    { why: 'no code', of: { code: undefined } },
    { why: 'a code alone', of: { trace_status: undefined, trace_rating: undefined, code: '200' } },
    { why: 'a code 0 alone', of: { trace_status: undefined, trace_rating: '', code: 0 } },
  ])('it did with $why', ({ of }) => {
    expect(interpret(of).type).toBe('request');
  });

  test.each([
    { why: 'a warning', of: { trace_status: 'warning' }, reason: 'the operation failed (warning)' },
    { why: 'an incident', of: { trace_rating: 'incident' }, reason: 'the operation failed (incident)' },
    {
      why: 'a rating alone that is bad',
      of: { trace_status: undefined, trace_rating: 'warning' },
      reason: 'warning',
    },
    { why: 'a code that contradicts', of: { code: '404' }, reason: 'the operation failed with code 404' },
    {
      why: 'a code alone that is bad',
      of: { trace_status: undefined, trace_rating: undefined, code: 500 },
      reason: 'the operation failed with code 500',
    },
    {
      why: 'nothing that says so',
      of: { trace_status: undefined, trace_rating: undefined, code: undefined },
      reason: 'the trace does not say that the operation succeeded',
    },
    { why: 'the code of a redirect', of: { code: 300 }, reason: 'the operation failed with code 300' },
    ...[null, ' ', '', ['204'], 100].map((code) => ({
      why: `the code ${JSON.stringify(code)} alone`,
      of: { trace_status: undefined, trace_rating: undefined, code },
      reason: 'the trace does not say',
    })),
    {
      why: 'a code alone that is no number',
      of: { trace_status: '', trace_rating: null, code: 'OK' },
      reason: 'the trace does not say',
    },
  ])('it did not with $why', ({ of, reason }) => {
    expect(interpret(of)).toMatchObject({ type: 'ignored', reason: expect.stringContaining(reason) });
  });
});

describe('when it happened', () => {
  const ms = Date.parse(DELETED_AT);
  test.each([
    { why: 'milliseconds', of: { time: ms }, at: DELETED_AT },
    {
      why: 'the recorded time where there is no other',
      of: { time: undefined, record_time: ms },
      at: DELETED_AT,
    },
    { why: 'the recorded time where the other is empty', of: { time: '', record_time: ms }, at: DELETED_AT },
    {
      why: 'the recorded time where the other can not be read',
      of: { time: 'yesterday', record_time: ms },
      at: DELETED_AT,
    },
    { why: 'the time of arrival where it says none', of: { time: null }, at: FALLBACK.receivedAt },
    { why: 'the time of arrival where it is empty', of: { time: '' }, at: FALLBACK.receivedAt },
  ])('$why', ({ of, at }) => {
    expect(interpret(of)).toMatchObject({ type: 'request', request: { occurredAt: at } });
  });

  test.each([
    { of: { time: 'yesterday', record_time: 'now' }, found: '"yesterday"' },
    { of: { time: undefined, record_time: 'now' }, found: '"now"' },
  ])('$found is unreadable: a guess that is too late would reach newer tasks', ({ of, found }) => {
    const expected = 'a time in seconds or milliseconds since 1970, or in ISO 8601 with its zone';
    expect(interpret(of)).toEqual({ type: 'unreadable', issues: [{ path: 'time', found, expected }] });
  });
});

describe('which repository', () => {
  const request = (fields: object) => ({ request: fields, resource_name: 'payments/api' });
  test.each<[string, object]>([
    ['organization in the request', request({ namespace: 'acme' })],
    ['organization in the request under another name', request({ namespace_name: 'acme' })],
    ['organization in the request under a third name', request({ namespace: '', namespaceName: 'acme' })],
    ['name with spaces around it', { request: { namespace: 'acme' }, resource_name: ' payments/api ' }],
    [
      'both in the request, under other names',
      { request: { namespace: 'acme', repository_name: 'payments/api' }, resource_name: null },
    ],
    [
      'both in the request, under yet other names',
      { request: { namespace: 'acme', repositoryName: 'payments/api' }, resource_name: null },
    ],
    [
      'organization in the path of the message',
      { request: {}, message: 'DELETE /v2/manage/namespaces/acme' },
    ],
    ['request as JSON', { request: '{"namespace":"acme","repository":"payments/api"}' }],
    ['both in the request', { request: { namespace: 'acme', repo: 'payments$api' }, resource_name: '' }],
    [
      'organization in both places, and the repository beside it',
      { request: { namespace: 'acme', repository: 'payments$api' }, resource_name: 'acme/payments/api' },
    ],
    [
      'full name written as in a path, and the path',
      {
        request: {},
        resource_name: 'acme$payments$api',
        message: 'DELETE /v2/manage/namespaces/acme/repos/payments$api',
      },
    ],
    [
      'name of the resource beside a note about another one',
      { message: 'note: see /v2/manage/namespaces/prod/repos/core' },
    ],
    [
      'request beside a note about another one in it',
      { request: { namespace: 'acme', note: 'DELETE /v2/manage/namespaces/prod/repos/core' } },
    ],
    [
      'same name twice in the request',
      {
        request: {
          namespace: 'acme',
          namespaceName: 'acme',
          repo: 'payments$api',
          repository: 'payments/api',
        },
      },
    ],
    ['name written as in a path', { request: { namespace: 'acme' }, resource_name: 'payments$api' }],
    ['both in the name of the resource', { request: {}, resource_name: 'acme/payments/api' }],
    ['both in the name, the repository as in a path', { request: '', resource_name: 'acme/payments$api' }],
    [
      'the path in the message',
      { request: {}, message: 'DELETE /v2/manage/namespaces/acme/repos/payments$api' },
    ],
    [
      'the path with a query and more text',
      { request: {}, message: 'DELETE /v2/manage/namespaces/acme/repos/payments$api?a=b HTTP/1.1' },
    ],
    [
      'the path of the Enterprise edition, encoded',
      { request: {}, message: '/v2/p/instances/i/namespaces/acme/repositories/payments%2Fapi' },
    ],
    [
      'the path in the request',
      { request: { uri: '/v2/manage/namespaces/acme/repos/payments$api/' }, resource_name: null },
    ],
    [
      'the path as the request',
      { request: 'DELETE /v2/manage/namespaces/acme/repos/payments$api', resource_name: undefined },
    ],
    [
      'the same in the request and in the path',
      {
        request: { namespace: 'acme', repository: 'payments/api' },
        message: 'DELETE /v2/manage/namespaces/acme/repos/payments$api',
      },
    ],
  ])('is known from: %s', (_, of) => {
    expect(interpret(of)).toMatchObject({
      type: 'request',
      request: { namespace: 'acme', repository: 'payments/api' },
    });
  });

  test.each([
    { why: 'the request', of: { request: { namespace: 'acme', repository: 'acme/api' } } },
    { why: 'the path', of: { message: 'DELETE /v2/manage/namespaces/acme/repos/acme$api' } },
  ])('may begin with the name of its organization where $why says so', ({ of }) => {
    expect(interpret({ resource_name: 'acme/api', ...of })).toMatchObject({
      request: { namespace: 'acme', repository: 'acme/api' },
    });
  });

  test.each([
    { why: 'only the repository', of: { request: {}, resource_name: 'api' }, path: 'request.namespace' },
    {
      why: 'only the repository, as in a path',
      of: { request: {}, resource_name: 'a$b' },
      path: 'request.namespace',
    },
    {
      why: 'nothing before the slash',
      of: { request: null, resource_name: '/api' },
      path: 'request.namespace',
    },
    {
      why: 'nothing after the slash',
      of: { request: [], resource_name: 'acme/' },
      path: 'request.namespace',
    },
    { why: 'a name with both', of: { request: {}, resource_name: 'a$b/c' }, path: 'request.namespace' },
    { why: 'two lines', of: { request: {}, resource_name: 'acme/a\nb' }, path: 'request.namespace' },
    {
      why: 'a message that is a list',
      of: { request: {}, resource_name: 'api', message: ['/v2/manage/namespaces/acme/repos/api'] },
      path: 'request.namespace',
    },
    { why: 'no repository', of: { resource_name: '' }, path: 'resource_name' },
    {
      why: 'the path of something below a repository',
      of: {
        request: {},
        resource_name: 'api',
        message: 'DELETE /v2/manage/namespaces/acme/repos/api/tags/v1',
      },
      path: 'request.namespace',
    },
    {
      why: 'a repository of the request, with a slash',
      of: { resource_name: null, request: { repository: 'acme/api' } },
      path: 'request.namespace',
    },
    {
      why: 'a path in the middle of a text',
      of: { request: {}, resource_name: 'api', message: 'see /v2/manage/namespaces/prod/repos/api for more' },
      path: 'request.namespace',
    },
    {
      why: 'a path in a field of the request that is no address',
      of: { resource_name: 'api', request: { note: '/v2/manage/namespaces/prod/repos/api' } },
      path: 'request.namespace',
    },
  ])('can not be resolved from $why', ({ of, path }) => {
    expect(interpret(of)).toMatchObject({ type: 'unreadable', issues: [{ path }] });
  });

  test.each([
    {
      why: 'two organizations',
      of: { message: 'DELETE /v2/manage/namespaces/other/repos/payments$api' },
      names: '["acme","other"]',
    },
    {
      why: 'two repositories',
      of: {
        resource_name: null,
        request: { namespace: 'acme', repository: 'web' },
        message: 'DELETE /v2/manage/namespaces/acme/repos/api',
      },
      names: '["web","api"]',
    },
    {
      why: 'a resource and a request that differ',
      of: { resource_name: 'dev/x', request: { namespace: 'prod', repository: 'core' } },
      names: '["core","dev/x"]',
    },
    {
      why: 'a resource and a path that differ',
      of: { resource_name: 'x', request: {}, message: 'DELETE /v2/manage/namespaces/prod/repos/core' },
      names: '["core","x"]',
    },
    {
      why: 'a request whose keys differ',
      of: { request: { namespace: 'acme', namespace_name: 'prod' } },
      names: '["acme","prod"]',
    },
    {
      why: 'an address in the request that differs',
      of: { request: { namespace: 'acme', uri: '/v2/manage/namespaces/prod/repos/payments$api' } },
      names: '["acme","prod"]',
    },
  ])('is ignored with $why', ({ of, names }) => {
    expect(interpret(of)).toEqual({ type: 'ignored', reason: expect.stringContaining(names) });
  });

  test.each([{ resource_name: 'acme/payments/api' }, { resource_name: 'acme$payments$api' }])(
    'is ignored where the name of the resource can be read in two ways: $resource_name',
    ({ resource_name }) => {
      expect(interpret({ resource_name })).toEqual({
        type: 'ignored',
        reason: `resource_name "${resource_name}" may be a repository of the organization or name the organization as well`,
      });
    },
  );

  test.each([['prod'], 5, {}, true].map((namespace) => ({ namespace })))(
    'is ignored where a name is no text: $namespace',
    ({ namespace }) => {
      expect(interpret({ resource_name: 'acme/api', request: { namespace } })).toEqual({
        type: 'ignored',
        reason: `request.namespace is ${JSON.stringify(namespace)} and not a name`,
      });
    },
  );

  test('is ignored if the request is too large to be read', () => {
    const large = `{"namespace":"prod","more":[${'0,'.repeat(40_000)}0]}`;
    expect(interpret({ resource_name: 'acme/api', request: large })).toEqual({
      type: 'ignored',
      reason: 'request holds too many JSON values to be read',
    });
  });

  test.each(['object', 'text'])(
    'is known from a request that is nested deeper than the stack, as an %s',
    (as) => {
      const text = `{"namespace":"acme","deep":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
      const nested: unknown = as === 'text' ? text : JSON.parse(text);
      expect(interpret({ request: nested })).toMatchObject({
        type: 'request',
        request: { namespace: 'acme' },
      });
      const odd: unknown = JSON.parse(text.replace('"acme"', '[["prod"]]').replace('deep', 'repository'));
      expect(interpret({ request: odd })).toMatchObject({ type: 'ignored' });
    },
  );
});

test('the name of an organization alone, with a slash, is left to the validation of names', () => {
  expect(interpret({ resource_name: 'acme/' })).toMatchObject({ request: { repository: 'acme/' } });
});

test.each([
  {
    of: { resource_name: '' },
    issue: { path: 'resource_name', found: 'nothing', expected: 'the name of the repository' },
  },
  {
    of: { request: {}, resource_name: 'api' },
    issue: {
      path: 'request.namespace',
      found: 'nothing',
      expected: 'the organization of the repository, there or in resource_name or in the path of the call',
    },
  },
  {
    of: { trace_name: 'deleteUserNamespace', resource_name: '', request: {} },
    issue: { path: 'resource_name', found: 'nothing', expected: 'the name of the organization' },
  },
])('the issue says what is missing: $issue.expected', ({ of, issue }) => {
  expect(interpret(of)).toMatchObject({ type: 'unreadable', issues: [issue] });
});

describe('which organization', () => {
  test.each([
    { why: 'the name of the resource', of: {} },
    { why: 'the request', of: { resource_name: undefined, request: { namespace: 'acme' } } },
    { why: 'the path', of: { resource_name: '', message: 'DELETE /v2/manage/namespaces/acme' } },
    { why: 'a path that is oddly encoded', of: { message: 'DELETE /v2/manage/namespaces/acme?x=%' } },
  ])('is known from $why', ({ of }) => {
    expect(interpret(of, organizationTrace)).toMatchObject({ request: { namespace: 'acme' } });
  });

  test('can not be resolved from nothing', () => {
    expect(interpret({ resource_name: undefined }, organizationTrace)).toMatchObject({
      type: 'unreadable',
      issues: [{ path: 'resource_name' }],
    });
  });

  test.each([
    { why: 'names that differ', of: { request: { namespace: 'other' } }, reason: '["other","acme"]' },
    {
      why: 'a path that differs',
      of: { message: 'DELETE /v2/manage/namespaces/%E0%A4%A' },
      reason: '["%E0%A4%A","acme"]',
    },
    {
      why: 'a repository beside it',
      of: { request: { repository: 'payments/api' } },
      reason: 'the trace of a deleted organization names repository "payments/api"',
    },
    {
      why: 'a path of a repository',
      of: { message: 'DELETE /v2/manage/namespaces/acme/repos/api' },
      reason: 'names repository "api"',
    },
  ])('is ignored with $why', ({ of, reason }) => {
    expect(interpret(of, organizationTrace)).toEqual({
      type: 'ignored',
      reason: expect.stringContaining(reason),
    });
  });
});

test.each([{ id: undefined }, { id: null }, { id: '' }])(
  'without an id ($id) it is labelled with that of the message',
  ({ id }) => {
    const sourceEvent = interpretTrace(
      { ...repositoryTrace, trace_id: id },
      { ...FALLBACK, deliveryId: 'message' },
    );
    expect(sourceEvent).toMatchObject({ request: { id: 'fallback', deliveryId: 'message' } });
    expect(interpret({ trace_id: id })).not.toHaveProperty('request.deliveryId');
  },
);

test.each([
  { why: 'nothing', trace: undefined, path: 'data' },
  { why: 'a list', trace: [{}], path: 'data.service_type' },
  { why: 'no service', trace: { trace_name: 'x' }, path: 'data.service_type' },
  { why: 'no name', trace: { service_type: 'SWR' }, path: 'data.trace_name' },
  { why: 'no names', trace: { ...repositoryTrace, resource_name: null }, path: 'data.resource_name' },
])('$why is unreadable, and the issue has the path', ({ trace, path }) => {
  expect(interpretTrace(trace, FALLBACK, 'data')).toMatchObject({
    type: 'unreadable',
    issues: expect.arrayContaining([expect.objectContaining({ path })]),
  });
});
test.each([
  { why: 'seconds', time: 1_795_489_198, read: '2026-11-24T02:59:58.000Z' },
  { why: 'seconds with a fraction, as a text', time: '1795489198.344', read: '2026-11-24T02:59:58.344Z' },
  { why: 'milliseconds', time: 1_795_489_198_344, read: '2026-11-24T02:59:58.344Z' },
  { why: 'the first second', time: 1, read: '1970-01-01T00:00:01.000Z' },
  { why: 'the last that are seconds', time: 99_999_999_999, read: '5138-11-16T09:46:39.000Z' },
  { why: 'the first that are milliseconds', time: 100_000_000_000, read: '1973-03-03T09:46:40.000Z' },
  { why: 'the last milliseconds', time: '99999999999999', read: '5138-11-16T09:46:39.999Z' },
  { why: 'ISO 8601, as it is', time: '2026-11-24T02:59:58+08:00', read: '2026-11-24T02:59:58+08:00' },
])('$time is $read: $why', ({ time, read }) => {
  expect(readTraceTime(time)).toBe(read);
});

test.each([
  { why: 'zero', time: 0 },
  { why: 'zero with a fraction', time: '0.0' },
  { why: 'before 1970', time: -1 },
  { why: 'the first after the last milliseconds', time: 100_000_000_000_000 },
  { why: 'microseconds of fifteen digits', time: '999999999999999' },
  { why: 'a sign', time: '+1795489198' },
  { why: 'a power', time: '1795489198e3' },
  { why: 'a unit', time: '1795489198s' },
  { why: 'a space', time: ' 1795489198' },
  { why: 'no number', time: Number.NaN },
  { why: 'a list', time: [1_795_489_198] },
  { why: 'nothing', time: undefined },
  { why: 'an empty text', time: '' },
  { why: 'an ISO 8601 time without its zone', time: '2026-11-24T02:59:58' },
])('"$time" is unreadable: $why', ({ time }) => {
  expect(readTraceTime(time)).toBeUndefined();
});
