import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Queue } from '../../lib/aws/queue.ts';
import type { Source } from '../../lib/sources/source.ts';
import type { SourceEvent } from '../../lib/sources/source-event.ts';
import { acceptEvent } from '../../lib/webhook/accept-event.ts';
import { ConfiguredSource } from '../../lib/webhook/configured-source.ts';
import { manyTargets } from '../support/cloud.ts';
import { configOf } from '../support/config.ts';
import { AWS_ACCESS, setVariables } from '../support/environment.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';
import { type RecordedLog, recordLog } from '../support/recorded-log.ts';

/** Both the queue and the address that a subscription is confirmed at. */
let server: LoopbackServer;
let status: number;
let recorded: RecordedLog;
let restore: () => void;

beforeEach(async () => {
  status = 200;
  server = await startLoopbackServer((response) => respond(response, status, {}));
  restore = setVariables({ ...AWS_ACCESS, AWS_ENDPOINT_URL_SQS: server.url });
});
afterEach(async () => {
  restore();
  await server.close();
});

const SIGNED = { key: 'digest' };

/** Takes in what a source means, whatever it was sent. */
function accept(
  sourceEvents: SourceEvent | readonly SourceEvent[],
  deliveryId?: string,
  routes: readonly object[] = [],
) {
  const source: Source = {
    routed: false,
    verifiedBy: 'topics',
    parseSecret: () => Buffer.from(''),
    verify: () => ({ verified: true, signed: SIGNED }),
    interpret: () => sourceEvents,
  };
  const keyed = new ConfiguredSource(routes.length > 0 ? 'github' : 'topic', source, { topics: ['t'] }, () =>
    Promise.resolve(''),
  );
  recorded = recordLog();
  const context = {
    config: configOf({ routes }),
    queue: new Queue(`${server.url}/0/cleanup`),
    log: recorded.log,
  };
  return acceptEvent({ from: keyed, signed: SIGNED, deliveryId }, {}, context);
}

const requestFor = (repository: string): Extract<SourceEvent, { type: 'request' }> => ({
  type: 'request',
  request: { version: 1, id: 'e1', namespace: 'acme', repository },
});

describe('a subscription', () => {
  const subscription = (): SourceEvent => ({
    type: 'subscription',
    confirmUrl: `${server.url}/confirm?token=1`,
  });

  test('is confirmed by one call of its address', async () => {
    expect(await accept(subscription())).toEqual({
      status: 'ignored',
      reason: 'the subscription is confirmed',
    });
    expect(server.requests).toMatchObject([{ method: 'GET', path: '/confirm?token=1' }]);
  });

  test.each([299, 201])('is confirmed where its address answers %d', async (answered) => {
    status = answered;
    expect(await accept(subscription())).toMatchObject({ reason: 'the subscription is confirmed' });
  });

  test.each([300, 302, 403, 500])('is to be sent again where its address answers %d', async (answered) => {
    status = answered;
    await expect(accept(subscription())).rejects.toMatchObject({
      statusCode: 503,
      message: `The subscription could not be confirmed: its address answered ${answered}. Redeliver the event.`,
    });
    expect(server.requests).toHaveLength(1);
  });

  test('is answered 503 if no server is at its address', async () => {
    const nobody: SourceEvent = { type: 'subscription', confirmUrl: 'http://127.0.0.1:1/' };
    await expect(accept(nobody)).rejects.toMatchObject({
      statusCode: 503,
      message: 'The subscription could not be confirmed. Redeliver the event.',
      cause: { name: 'TransportError' },
    });
  });
});

describe('a batch', () => {
  test('is queued in one call, without what is to be ignored in it', async () => {
    const ignored: SourceEvent = { type: 'ignored', reason: 'a push' };
    expect(await accept([requestFor('a'), ignored, requestFor('b')])).toMatchObject({
      status: 'accepted',
      requests: [{ repository: 'a' }, { repository: 'b' }],
    });
    expect(server.requests).toMatchObject([{ headers: { 'x-amz-target': 'AmazonSQS.SendMessageBatch' } }]);
  });

  test('is ignored with each reason once', async () => {
    const reasons = ['a push', 'a push', 'a tag'].map((reason): SourceEvent => ({ type: 'ignored', reason }));
    expect(await accept(reasons)).toEqual({ status: 'ignored', reason: 'a push; a tag' });
  });

  test('tells each of its requests how many others there are, whatever a sender wrote', async () => {
    const request = requestFor('c');
    const lying: SourceEvent = { ...request, request: { ...request.request, siblings: 7 } };
    expect(await accept([requestFor('a'), requestFor('b'), lying])).toMatchObject({
      requests: [{ siblings: 2 }, { siblings: 2 }, { siblings: 2 }],
    });
    expect(await accept(lying)).toMatchObject({ requests: [{ siblings: 0 }] });
  });

  test('of more requests than a delivery may make is rejected as a whole', async () => {
    const all = Array.from({ length: 101 }, (_, index) => requestFor(`r${index}`));
    await expect(accept(all)).rejects.toMatchObject({
      statusCode: 422,
      issues: [{ found: '101', expected: 'at most 100 cleanup requests of one delivery' }],
    });
    expect(server.requests).toEqual([]);
  });

  test('lists as many of its requests as fit into an answer, and counts the others', async () => {
    const { request } = requestFor('a');
    const targets = manyTargets(500);
    const all = Array.from(
      { length: 3 },
      (): SourceEvent => ({ type: 'request', request: { ...request, targets } }),
    );
    const answer = await accept(all);
    expect(answer).toMatchObject({ status: 'accepted', more: 2 });
    expect(JSON.stringify(answer).length).toBeLessThanOrEqual(64 * 1024);
    expect(server.requests).toHaveLength(1);
  });

  test('is ignored with a reason that does not grow with it', async () => {
    const reasons = Array.from(
      { length: 60 },
      (_, index): SourceEvent => ({ type: 'ignored', reason: `${index} ${'x'.repeat(100_000)}` }),
    );
    const answer = await accept(reasons);
    expect(answer).toMatchObject({ reason: expect.stringMatching(/; … and 40 more$/) });
    expect(JSON.stringify(answer).length).toBeLessThanOrEqual(64 * 1024);
  });

  test('that is empty is ignored', async () => {
    expect(await accept([])).toEqual({ status: 'ignored', reason: 'the event is an empty batch' });
  });

  test('of which a part is unreadable is rejected as a whole: nothing of it is queued', async () => {
    const issue: SourceEvent = {
      type: 'unreadable',
      issues: [{ path: 'events[1]', found: 'null', expected: 'Object' }],
    };
    await expect(accept([requestFor('a'), issue])).rejects.toMatchObject({
      statusCode: 422,
      message: 'The event does not have the shape that this source documents.',
      issues: [{ path: 'events[1]' }],
    });
    expect(server.requests).toEqual([]);
  });
});

describe('a request', () => {
  test('for a name that SWR can not have is ignored, and those beside it are not', async () => {
    expect(await accept([requestFor('A'), requestFor('b')])).toMatchObject({
      status: 'accepted',
      requests: [{ repository: 'b', source: 'topic' }],
    });
    expect(await accept(requestFor('A'))).toEqual({
      status: 'ignored',
      reason: expect.stringMatching(/^"A" is not an SWR repository/),
    });
  });

  test('has not happened after it came, whatever it says', async () => {
    const before = new Date().toISOString();
    const request = { version: 1, id: 'e1', namespace: 'acme', occurredAt: '2099-01-01T00:00:00Z' } as const;
    const accepted = await accept({ type: 'request', request });
    const { occurredAt = '' } = (accepted.status === 'accepted' && accepted.requests[0]) || {};
    expect(occurredAt >= before && occurredAt <= new Date().toISOString()).toBe(true);
  });

  test('is logged on its way, with what it is about', async () => {
    const before = Date.now();
    await accept(requestFor('a'), 'd1');
    const about = { source: 'topic', id: 'webhook:topic:digest', deliveryId: 'd1' };
    expect(recorded.of('routed')).toMatchObject([{ ...about, namespace: 'acme', repository: 'a' }]);
    expect(recorded.of('queued')).toMatchObject([{ ...about, requests: 1, ms: expect.any(Number) }]);
    expect(Number(recorded.of('queued')[0]?.['ms'])).toBeLessThanOrEqual(Date.now() - before);
  });

  test('has an id that is made of what is signed, whatever it calls itself', async () => {
    const said = { ...requestFor('a'), request: { version: 1, id: 'mine', namespace: 'acme' } } as const;
    expect(await accept([said, requestFor('b')])).toMatchObject({
      id: 'webhook:topic:digest',
      requests: [{ id: 'webhook:topic:digest' }, { id: 'webhook:topic:digest' }],
    });
  });

  test.each([
    { why: "the sender's id of the delivery", sent: 'sent', said: 'said', label: 'sent' },
    { why: 'what the event calls itself', sent: undefined, said: 'said', label: 'said' },
    { why: 'a hundred characters of it', sent: undefined, said: 'x'.repeat(200), label: 'x'.repeat(100) },
    { why: 'a text that every log can hold', sent: '\ud800', said: undefined, label: '\ufffd' },
  ])('is labelled with $why', async ({ sent, said, label }) => {
    const request = { version: 1, id: 'x', namespace: 'acme', ...(said && { deliveryId: said }) } as const;
    expect(await accept({ type: 'request', request }, sent)).toMatchObject({
      requests: [{ deliveryId: label }],
    });
  });

  test('that is unclear, of a source without an API, is rejected with a code', async () => {
    const unclear: SourceEvent = {
      type: 'deleted',
      repository: 'acme/api',
      occurredAt: '2026-11-24T03:00:00Z',
      unclear: 'unknown key "x"',
    };
    await expect(
      accept(unclear, undefined, [{ from: 'github:acme/{repo}', to: 'acme/{repo}' }]),
    ).rejects.toMatchObject({
      statusCode: 422,
      code: 'AMBIGUOUS_EVENT',
      message: expect.stringMatching(/^Ambiguous event: unknown key "x": /),
    });
    expect(server.requests).toEqual([]);
  });

  test('that is ignored is logged with the reason', async () => {
    await accept({ type: 'ignored', reason: 'a push' }, 'd1');
    expect(recorded.of('ignored')).toMatchObject([{ source: 'topic', deliveryId: 'd1', reason: 'a push' }]);
    expect(recorded.of('queued')).toEqual([]);
  });

  test('whose account is not configured is rejected', async () => {
    const request: SourceEvent = {
      type: 'request',
      request: { version: 1, id: 'e1', namespace: 'acme', account: 'other' },
    };
    await expect(accept(request)).rejects.toMatchObject({
      statusCode: 422,
      message: 'The event names an unknown account.',
      issues: [{ path: 'data.account', found: '"other"', expected: 'a configured account' }],
    });
    expect(server.requests).toEqual([]);
  });

  test('that the queue does not take is to be sent again', async () => {
    status = 400;
    await expect(accept(requestFor('a'))).rejects.toMatchObject({
      statusCode: 503,
      message: 'The event could not be queued. Redeliver it.',
      headers: { 'Retry-After': '10' },
      cause: { name: 'AwsError' },
    });
  });
});
