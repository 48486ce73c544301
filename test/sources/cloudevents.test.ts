import { describe, expect, test } from '@jest/globals';
import { cloudevents } from '../../lib/sources/cloudevents.ts';
import { deliveryOf, readWebhook } from '../support/fixture.ts';

const RECEIVED_AT = '2026-11-24T03:00:00.000Z';
const SENT_AT = Date.parse('2026-11-24T03:00:00Z');
const DELETION = {
  type: 'request',
  request: {
    version: 1,
    id: 'a digest',
    deliveryId: 'A234-1234-1234',
    occurredAt: '2026-11-24T02:59:58.344522Z',
    namespace: 'acme-images',
    repository: 'payments/api',
  },
};
const structured = readWebhook('cloudevents/structured');
const key = cloudevents.parseSecret(structured.secret);

const event = {
  specversion: '1.0',
  id: 'an id',
  type: 'repository.deleted',
  source: '/forges/acme',
  data: { namespace: 'acme' },
};
const trace = {
  service_type: 'SWR',
  trace_name: 'deleteUserNamespace',
  trace_status: 'normal',
  resource_name: 'acme',
};
const swrEvent = { ...event, type: 'SWR:CloudTrace:ApiCall', source: 'HC.SWR', data: trace };

function interpret(body: unknown) {
  return [cloudevents.interpret(body, { key: 'a digest' }, RECEIVED_AT)].flat();
}

describe('the signature', () => {
  test.each(['structured', 'binary', 'batched', 'eventgrid'])('of the recorded %s delivery fits', (name) => {
    const delivery = deliveryOf(readWebhook(`cloudevents/${name}`));
    expect(cloudevents.verify(delivery, [key], SENT_AT)).toMatchObject({ verified: true });
  });
});

describe('recorded deliveries', () => {
  const recorded = (name: string) => interpret(JSON.parse(readWebhook(`cloudevents/${name}`).body));

  test('structured: a cleanup request, with the time of the event and its id as a label', () => {
    expect(recorded('structured')).toEqual([DELETION]);
  });

  test('binary: unreadable, since its type is not signed', () => {
    expect(recorded('binary')).toMatchObject([
      {
        type: 'unreadable',
        issues: [{ path: 'specversion', expected: expect.stringContaining('structured') }],
      },
    ]);
  });

  test('batched: each event for itself', () => {
    expect(recorded('batched')).toEqual([
      DELETION,
      {
        type: 'ignored',
        reason: 'event repository.created is neither repository.deleted nor a trace of SWR',
      },
      { type: 'unreadable', issues: [expect.objectContaining({ path: '[2].data.repo' })] },
    ]);
  });

  test('EventGrid: traces, as such or in an envelope', () => {
    expect(recorded('eventgrid')).toEqual([
      {
        type: 'request',
        request: {
          version: 1,
          id: 'a digest',
          deliveryId: 'f828ab77-d9a4-11f0-9f0e-fa163e5a7c11',
          occurredAt: '2026-11-24T02:59:58.344Z',
          namespace: 'acme-images',
          repository: 'payments/api',
        },
      },
      { type: 'ignored', reason: expect.stringContaining('the operation failed (warning)') },
    ]);
  });
});

describe('the mode', () => {
  test.each([
    { why: 'in an envelope', body: { cts: trace } },
    { why: 'as such', body: trace },
  ])('binary for a trace of SWR, which says itself what it is: $why', ({ body }) => {
    expect(interpret(body)).toEqual([
      {
        type: 'request',
        request: { version: 1, id: 'a digest', occurredAt: RECEIVED_AT, namespace: 'acme' },
      },
    ]);
  });

  test('binary for a trace that can not be read', () => {
    expect(interpret({ cts: {} })).toMatchObject([{ issues: [{ path: 'cts.service_type' }, {}] }]);
  });

  test.each([{}, { events: {} }, { metric: 7 }, { cts: 'x' }, { type: 'repository.deleted' }])(
    'binary for anything else, which is ignored: %j',
    (body) => {
      expect(interpret(body)).toEqual([
        { type: 'ignored', reason: 'the body is no event: send it in the structured mode' },
      ]);
    },
  );

  test.each([{ namespace: 'acme' }, { namespace: 'acme', repo: 'x' }, { namespace: 1 }])(
    'never binary for a cleanup request, which is refused with the way out: %j',
    (body) => {
      const expected = 'an event in the structured mode: the headers of the binary mode are not signed';
      expect(interpret(body)).toEqual([
        { type: 'unreadable', issues: [{ path: 'specversion', found: 'nothing', expected }] },
      ]);
    },
  );

  test.each([
    { why: 'a list', body: [event] },
    { why: 'a list under a key', body: { events: [event] } },
  ])('is batched: $why', ({ body }) => {
    expect(interpret(body)).toMatchObject([{ type: 'request', request: { deliveryId: 'an id' } }]);
  });

  test.each([{ body: [] }, { body: { events: [] } }])('an empty batch is ignored: $body', ({ body }) => {
    expect(interpret(body)).toEqual([{ type: 'ignored', reason: 'the batch holds no event' }]);
  });
});

describe('interprets', () => {
  test.each([
    { why: 'a deletion', body: event },
    { why: 'a deletion whose time is null', body: { ...event, time: null } },
    { why: 'a trace', body: swrEvent },
  ])('$why without a time has happened at the time of arrival', ({ body }) => {
    expect(interpret(body)).toMatchObject([{ request: { deliveryId: 'an id', occurredAt: RECEIVED_AT } }]);
  });

  test('a trace without a time has happened at that of its event', () => {
    const time = '2026-11-24T02:00:00Z';
    expect(interpret({ ...swrEvent, time })).toMatchObject([{ request: { occurredAt: time } }]);
  });

  test.each(['ApiCall', 'ConsoleAction', 'SystemAction'])('SWR:CloudTrace:%s is a trace', (name) => {
    expect(interpret({ ...swrEvent, type: `SWR:CloudTrace:${name}` })).toMatchObject([{ type: 'request' }]);
  });

  test.each([
    {
      why: 'another type',
      body: { ...event, type: 'repository.created' },
      reason: 'event repository.created',
    },
    { why: 'no data at all', body: { ...event, type: 'ping', data: undefined }, reason: 'event ping' },
    { why: 'another kind of trace', body: { ...swrEvent, type: 'SWR:CloudTrace:Other' }, reason: 'Other' },
    { why: 'a longer name', body: { ...swrEvent, type: 'SWR:CloudTrace:ApiCalls' }, reason: 'ApiCalls' },
    { why: 'a name before it', body: { ...swrEvent, type: 'NOT-SWR:CloudTrace:ApiCall' }, reason: 'NOT-SWR' },
    {
      why: 'traces of another service',
      body: { ...swrEvent, type: 'ECS:CloudTrace:ApiCall' },
      reason: 'ECS',
    },
    {
      why: 'another source',
      body: { ...swrEvent, source: 'HC.OBS' },
      reason: 'comes from HC.OBS, not from HC.SWR',
    },
    {
      why: 'a tag, in what claims to be ours',
      body: { ...event, type: 'harbor.artifact.deleted' },
      reason: 'harbor.artifact.deleted',
    },
  ])('$why is ignored', ({ body, reason }) => {
    expect(interpret(body)).toMatchObject([{ type: 'ignored', reason: expect.stringContaining(reason) }]);
  });

  test.each([
    { why: 'null', body: null, path: '' },
    { why: 'a text', body: 'specversion', path: '' },
    { why: 'no version', body: { ...event, specversion: undefined }, path: 'specversion' },
    { why: 'another version', body: { ...event, specversion: '0.3' }, path: 'specversion' },
    { why: 'no id', body: { ...event, id: '' }, path: 'id' },
    { why: 'no type', body: { ...event, type: undefined }, path: 'type' },
    { why: 'no source', body: { ...event, source: undefined }, path: 'source' },
    { why: 'a time without its zone', body: { ...event, time: '2026-11-24T03:00:00' }, path: 'time' },
    { why: 'no data', body: { ...event, data: undefined }, path: 'data' },
    {
      why: 'a misspelt key',
      body: { ...event, data: { namespace: 'acme', repo: 'api' } },
      path: 'data.repo',
    },
    {
      why: 'a trace without names',
      body: { ...swrEvent, data: { cts: { ...trace, resource_name: '' } } },
      path: 'data.cts.resource_name',
    },
  ])('$why is unreadable, and the issue has the path', ({ body, path }) => {
    const issues = expect.arrayContaining([expect.objectContaining({ path })]);
    expect(interpret(body)).toMatchObject([{ type: 'unreadable', issues }]);
  });

  test.each([
    { why: 'in a list', body: [event, { ...event, id: 1 }], path: '[1].id' },
    { why: 'in a list under a key', body: { events: [event, 'x'] }, path: 'events[1]' },
  ])('one of several that can not be read does not harm the others: $why', ({ body, path }) => {
    expect(interpret(body)).toMatchObject([{ type: 'request' }, { type: 'unreadable', issues: [{ path }] }]);
  });
});
