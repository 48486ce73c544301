import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Queue } from '../../lib/aws/queue.ts';
import type { FailedOutcome } from '../../lib/cleanup/outcome.ts';
import { DeadLetters } from '../../lib/queue/dead-letters.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { DR, manyTargets } from '../support/cloud.ts';
import { type BusOnLoopback, startEventBus } from '../support/event-bus.ts';
import { recordLog } from '../support/recorded-log.ts';
import { type Sqs, startSqs } from '../support/sqs.ts';

let sqs: Sqs;
let bus: BusOnLoopback;
beforeAll(async () => {
  [sqs, bus] = await Promise.all([startSqs(), startEventBus()]);
});
afterEach(() => {
  sqs.empty();
  bus.clear();
});
afterAll(() => Promise.all([sqs.close(), bus.close()]));

const recorded = recordLog();
afterEach(() => recorded.clear());

const failure: FailedOutcome = {
  outcome: 'failed',
  target: DR,
  code: 'SVCSTG.SWR.4030170',
  message: 'no permission',
  status: 403,
  retryable: false,
};

/** Works on a dead-letter queue, and waits for the events of that. */
async function withDeadLetters(
  work: (deadLetters: DeadLetters) => Promise<void>,
  url = sqs.deadLetterQueueUrl,
): Promise<void> {
  const events = bus.open(recorded.log);
  try {
    await work(new DeadLetters(new Queue(url), events, recorded.log));
  } finally {
    await events.flush();
  }
}

test('keeps the body unchanged, with the reason, the code, the status and the request', async () => {
  const request = cleanupRequest();
  await withDeadLetters((deadLetters) => deadLetters.add('{ "a": 1 }', [failure], request));
  expect(sqs.deadLettered()).toEqual([
    {
      body: '{ "a": 1 }',
      attributes: {
        reason: 'no permission',
        code: 'SVCSTG.SWR.4030170',
        status: '403',
        request: JSON.stringify(request),
      },
    },
  ]);
});

test('says of several failures every reason once, and the code of the first', async () => {
  const failures = [failure, { ...failure, code: 'X' }, { ...failure, message: 'unknown' }] as const;
  await withDeadLetters((deadLetters) => deadLetters.add('x', failures));
  expect(sqs.deadLettered()).toMatchObject([
    { attributes: { reason: 'no permission; unknown', code: 'SVCSTG.SWR.4030170' } },
  ]);
});

test('leaves out what is not known', async () => {
  await withDeadLetters((deadLetters) => deadLetters.addUnreadable('x', 'm'));
  expect(sqs.deadLettered()).toEqual([{ body: 'x', attributes: { reason: 'm', code: 'UNREADABLE' } }]);
});

test('shortens a reason that never ends', async () => {
  await withDeadLetters((deadLetters) => deadLetters.addUnreadable('x', 'x'.repeat(5000)));
  expect(sqs.deadLettered()[0]?.attributes['reason']).toBe('x'.repeat(2000));
});

test.each([
  {
    why: 'its request',
    bytes: 1024 * 1024 - 10_000,
    attributes: { reason: 'no permission', code: failure.code, status: '403' },
  },
  { why: 'any attribute', bytes: 1024 * 1024, attributes: {} },
])('parks a message that leaves no room for $why without it', async ({ bytes, attributes }) => {
  const request = cleanupRequest({ targets: manyTargets(500) });
  const body = 'x'.repeat(bytes);
  await withDeadLetters((deadLetters) => deadLetters.add(body, [failure], request));
  const [deadLettered] = sqs.deadLettered();
  expect(deadLettered?.body.length).toBe(bytes);
  expect(deadLettered?.attributes).toEqual(attributes);
  expect(recorded.of('dead-lettered')).toMatchObject([{ reason: 'no permission' }]);
});

test('says in the log what was deadLettered, once it is', async () => {
  await withDeadLetters((deadLetters) => deadLetters.add('x', [failure], cleanupRequest()));
  expect(recorded.of('dead-lettered')).toMatchObject([
    { level: 'error', id: 'request-1', code: failure.code, status: 403, reason: failure.message },
  ]);
});

test('announces what was deadLettered, with each of its failures', async () => {
  const request = cleanupRequest();
  const task = { ...DR, createdAt: '2026-03-02T08:15:27.53183Z' };
  const waiting = { ...failure, task, retryAfterSeconds: 30 };
  await withDeadLetters((deadLetters) => deadLetters.add('x', [failure, waiting], request));
  const { outcome: _, ...told } = failure;
  expect(bus.detailsOf('Cleanup Failed')).toEqual([
    { version: 1, stage: 'test', request, deadLettered: true, failures: [told, told] },
  ]);
});

test('announces what can not be read without a request', async () => {
  await withDeadLetters((deadLetters) => deadLetters.addUnreadable('x', 'no JSON'));
  expect(bus.detailsOf('Cleanup Failed')).toEqual([
    {
      version: 1,
      stage: 'test',
      deadLettered: true,
      failures: [{ code: 'UNREADABLE', message: 'no JSON', retryable: false }],
    },
  ]);
});

test('fails, and says nothing, where the queue does not take it', async () => {
  const nowhere = sqs.deadLetterQueueUrl.replace('dead-letters', 'missing');
  await expect(
    withDeadLetters((deadLetters) => deadLetters.add('x', [failure]), nowhere),
  ).rejects.toMatchObject({ failure: { code: 'QueueDoesNotExist' } });
  expect(recorded.lines).toEqual([]);
  expect(bus.events).toEqual([]);
});
