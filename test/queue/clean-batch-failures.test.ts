import { describe, expect, test } from '@jest/globals';
import type { CleanupRequest } from '../../lib/cleanup/request.ts';
import { useCleaning } from '../support/cleaning.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { APAC, DR, EMEA } from '../support/cloud.ts';
import { VISIBILITY_SECONDS } from '../support/sqs.ts';

const FORBIDDEN = { status: 403, code: 'SVCSTG.SWR.4030170', message: 'no permission' };
const NO_QUEUE = 'http://127.0.0.1:1/000000000000/nowhere';

const cleaning = useCleaning();

/** Puts a request for three tasks, which are there, into the queue. */
function putRequest(repository: string): { request: CleanupRequest; body: string } {
  for (const target of [DR, APAC, EMEA]) {
    const createdAt = '2026-03-02T08:15:27.53183Z';
    cleaning.cloud.cloud.addTask({ namespace: 'acme', repository, ...target, createdAt });
  }
  const request = cleanupRequest({
    id: 'queue:request-1',
    repository,
    occurredAt: '2026-11-24T03:00:00.000Z',
  });
  // Spaces, so that it shows whether the body is kept unchanged.
  const body = JSON.stringify(request, null, 1);
  cleaning.sqs.put(body);
  return { request, body };
}

/** Requests beside the dead-lettered messages. */
function deadLetteredRequests(): unknown[] {
  return cleaning.sqs.deadLettered().map(({ attributes }) => JSON.parse(attributes['request'] ?? 'null'));
}

describe('a transient failure', () => {
  test('returns the message after the visibility timeout', async () => {
    const { body } = putRequest('passing');
    cleaning.cloud.fault('deleteSyncTask', { status: 503 });
    const answer = await cleaning.workOff();
    expect(answer.batchItemFailures).toHaveLength(1);
    const [hidden] = cleaning.sqs.hidden();
    expect(hidden?.body).toBe(body);
    expect(hidden?.seconds).toBeLessThanOrEqual(VISIBILITY_SECONDS);
    expect(cleaning.sqs.deadLettered()).toEqual([]);
  });

  test.each([
    { why: 'longer than the usual time', retryAfter: '900', seconds: 900 },
    { why: 'shorter than the usual time', retryAfter: '6', seconds: 6 },
    { why: 'too short to be worth a call', retryAfter: '5', seconds: VISIBILITY_SECONDS },
    { why: 'no time at all', retryAfter: '0', seconds: VISIBILITY_SECONDS },
    { why: 'longer than a queue can hide a message', retryAfter: '999999', seconds: 42_840 },
    { why: 'not readable', retryAfter: 'soon', seconds: VISIBILITY_SECONDS },
  ])(
    'hides the message for $seconds s after Retry-After: $retryAfter, $why',
    async ({ retryAfter, seconds }) => {
      putRequest('told-to-wait');
      cleaning.cloud.fault('listSyncTasks', {
        status: 429,
        code: 'APIGW.0308',
        headers: { 'Retry-After': retryAfter },
      });
      await cleaning.workOff();
      const [hidden] = cleaning.sqs.hidden();
      expect(Math.abs((hidden?.seconds ?? 0) - seconds)).toBeLessThan(3);
    },
  );

  test('hides the message for the longest of several times', async () => {
    putRequest('told-twice');
    const busy = { status: 429, code: 'APIGW.0308' };
    cleaning.cloud.fault('deleteSyncTask', { ...busy, headers: { 'Retry-After': '200' } }, { nth: 1 });
    cleaning.cloud.fault('deleteSyncTask', { ...busy, headers: { 'Retry-After': '100' } }, { nth: 2 });
    await cleaning.workOff();
    expect(cleaning.sqs.hidden()[0]?.seconds).toBeGreaterThan(190);
  });

  test('brings the message back although it can not be hidden', async () => {
    const { body } = putRequest('not-hidden');
    cleaning.cloud.fault('listSyncTasks', {
      status: 429,
      code: 'APIGW.0308',
      headers: { 'Retry-After': '30' },
    });
    const answer = await cleaning.workOff(cleaning.context({ queueUrl: NO_QUEUE }));
    expect(answer.batchItemFailures).toHaveLength(1);
    expect(cleaning.sqs.hidden().map((hidden) => hidden.body)).toEqual([body]);
    expect(cleaning.recorded.of('not hidden')).toMatchObject([
      { level: 'warn', seconds: 30, code: 'ECONNREFUSED' },
    ]);
  });

  test.each([
    { why: 'a later try is left', maxReceiveCount: 2, isDeadLettered: false },
    { why: 'the queue would dead-letter it without a reason', maxReceiveCount: 1, isDeadLettered: true },
  ])('dead-letters the message: $isDeadLettered, as $why', async ({ maxReceiveCount, isDeadLettered }) => {
    const { body, request } = putRequest('last-try');
    cleaning.cloud.fault('listSyncTasks', { status: 503, code: 'SVCSTG.SWR.5030001' });
    const answer = await cleaning.workOff(cleaning.context({ maxReceiveCount }));
    expect(answer.batchItemFailures).toHaveLength(isDeadLettered ? 0 : 1);
    expect(cleaning.sqs.deadLettered()).toMatchObject(
      isDeadLettered ? [{ body, attributes: { code: 'SVCSTG.SWR.5030001', status: '503' } }] : [],
    );
    expect(deadLetteredRequests()).toEqual(isDeadLettered ? [request] : []);
  });
});

describe('a permanent failure', () => {
  test('dead-letters the message unchanged, with the reason beside it', async () => {
    const { body, request } = putRequest('forbidden');
    cleaning.cloud.fault('deleteSyncTask', FORBIDDEN, { times: 3 });
    await expect(cleaning.workOff()).resolves.toEqual({ batchItemFailures: [] });
    expect(cleaning.sqs.hidden()).toEqual([]);
    expect(cleaning.sqs.deadLettered()).toEqual([
      {
        body,
        attributes: {
          code: 'SVCSTG.SWR.4030170',
          status: '403',
          request: expect.any(String),
          reason: expect.stringContaining('deleting the task cn-east-3/acme-dr of acme/forbidden: 403'),
        },
      },
    ]);
    expect(deadLetteredRequests()).toEqual([request]);
    expect(cleaning.sqs.deadLettered()[0]?.attributes['reason']).toContain('ap-southeast-1/acme-apac');
    expect(cleaning.recorded.of('dead-lettered').slice(-1)).toMatchObject([
      { level: 'error', id: 'queue:request-1', status: 403 },
    ]);
  });

  test('brings the message back where the dead-letter queue does not take it', async () => {
    const { body } = putRequest('not-dead-lettered');
    cleaning.cloud.fault('listSyncTasks', FORBIDDEN);
    const answer = await cleaning.workOff(cleaning.context({ deadLetterQueueUrl: NO_QUEUE }));
    expect(answer.batchItemFailures).toHaveLength(1);
    expect(cleaning.sqs.hidden().map((hidden) => hidden.body)).toEqual([body]);
    expect(cleaning.recorded.of('not settled')).toMatchObject([{ level: 'error', code: 'ECONNREFUSED' }]);
  });

  test('brings an unreadable message back where the dead-letter queue does not take it', async () => {
    cleaning.sqs.put('poison');
    const answer = await cleaning.workOff(cleaning.context({ deadLetterQueueUrl: NO_QUEUE }));
    expect(answer.batchItemFailures).toHaveLength(1);
    expect(cleaning.sqs.hidden()).toMatchObject([{ body: 'poison' }]);
    expect(cleaning.recorded.of('not settled')).toMatchObject([
      { level: 'error', code: 'ECONNREFUSED', messageId: answer.batchItemFailures[0]?.itemIdentifier },
    ]);
  });

  test('can be retried once it is fixed', async () => {
    putRequest('fixed');
    cleaning.cloud.fault('listSyncTasks', FORBIDDEN);
    await cleaning.workOff();
    const [deadLettered] = cleaning.sqs.deadLettered();
    cleaning.sqs.empty();
    cleaning.sqs.put(deadLettered?.body);
    await cleaning.workOff();
    expect(cleaning.cloud.cloud.tasks('acme', 'fixed')).toEqual([]);
  });
});

describe('failures of both kinds', () => {
  test('go on in both queues, each with its own targets', async () => {
    const { request } = putRequest('mixed');
    cleaning.cloud.fault('deleteSyncTask', FORBIDDEN, { nth: 1 });
    cleaning.cloud.fault('deleteSyncTask', { status: 503 }, { nth: 2 });
    await expect(cleaning.workOff()).resolves.toEqual({ batchItemFailures: [] });
    const [first, second] = cleaning.cloud.journal.of('deleteSyncTask').map(({ target }) => target);
    const ready: unknown[] = cleaning.sqs.ready().map((body) => JSON.parse(body));
    expect(ready).toEqual([{ ...request, targets: [second] }]);
    expect(deadLetteredRequests()).toEqual([{ ...request, targets: [first] }]);
    expect(cleaning.sqs.deadLettered()).toMatchObject([{ attributes: { code: 'SVCSTG.SWR.4030170' } }]);
    expect(cleaning.sqs.deadLettered()[0]?.body).toBe(cleaning.sqs.deadLettered()[0]?.attributes['request']);
    await cleaning.workOff();
    expect(cleaning.cloud.cloud.tasks('acme', 'mixed')).toMatchObject([first]);
  });

  test('bring the whole message back where the cleanup queue does not take its part', async () => {
    const { body } = putRequest('mixed-back');
    cleaning.cloud.fault('deleteSyncTask', FORBIDDEN, { nth: 1 });
    cleaning.cloud.fault('deleteSyncTask', { status: 503 }, { nth: 2 });
    const answer = await cleaning.workOff(cleaning.context({ queueUrl: NO_QUEUE }));
    expect(answer.batchItemFailures).toHaveLength(1);
    expect(cleaning.sqs.hidden().map((hidden) => hidden.body)).toEqual([body]);
  });

  test('do not make a message of the last try vanish', async () => {
    putRequest('mixed-last');
    cleaning.cloud.fault('deleteSyncTask', FORBIDDEN, { nth: 1 });
    cleaning.cloud.fault('deleteSyncTask', { status: 503 }, { nth: 2 });
    await cleaning.workOff(cleaning.context({ maxReceiveCount: 1 }));
    expect([cleaning.sqs.ready(), cleaning.sqs.deadLettered()].map(({ length }) => length)).toEqual([1, 1]);
  });
});
