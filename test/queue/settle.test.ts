import { afterEach, describe, expect, test } from '@jest/globals';
import { Queue } from '../../lib/aws/queue.ts';
import type { CleanupResult, FailedOutcome, Outcome } from '../../lib/cleanup/outcome.ts';
import { DeadLetters } from '../../lib/queue/dead-letters.ts';
import { EventBus } from '../../lib/queue/event-bus.ts';
import { type ReceivedBody, type Settlement, settle } from '../../lib/queue/settle.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { APAC, DR, EMEA } from '../support/cloud.ts';
import { recordLog } from '../support/recorded-log.ts';
import { useSqs } from '../support/sqs.ts';

const request = cleanupRequest({ targets: [DR, APAC, EMEA] });
const deleted: Outcome = { target: EMEA, outcome: 'deleted' };
const passing: FailedOutcome = {
  target: DR,
  outcome: 'failed',
  code: 'HTTP_503',
  message: 'away',
  retryable: true,
};
const lasting: FailedOutcome = {
  target: APAC,
  outcome: 'failed',
  code: 'HTTP_403',
  message: 'forbidden',
  status: 403,
  retryable: false,
};

const recorded = recordLog();
const sqs = useSqs();
afterEach(() => recorded.clear());

function settleAll(outcomes: Outcome[], differences: Partial<ReceivedBody> = {}): Promise<Settlement> {
  return settleResult({ request, outcomes }, differences);
}

function settleResult(result: CleanupResult, differences: Partial<ReceivedBody> = {}): Promise<Settlement> {
  const { log } = recorded;
  const noBus = new EventBus({ name: undefined, stage: 'test', log });
  const deadLetters = new DeadLetters(new Queue(sqs.deadLetterQueueUrl), noBus, log);
  const origin = { body: 'the body', lastTry: false, ...differences };
  return settle(result, origin, { queue: new Queue(sqs.cleanupQueueUrl), deadLetters, log });
}

describe('what was received', () => {
  test.each<{ why: string; outcomes: Outcome[]; settlement: Settlement }>([
    { why: 'there was nothing to do', outcomes: [], settlement: { done: true } },
    {
      why: 'everything is done',
      outcomes: [deleted, { ...deleted, outcome: 'absent' }],
      settlement: { done: true },
    },
    { why: 'a failure will pass', outcomes: [deleted, passing], settlement: { done: false } },
    {
      why: 'it was said how long to wait',
      outcomes: [{ ...passing, retryAfterSeconds: 30 }, passing],
      settlement: { done: false, waitSeconds: 30 },
    },
  ])('is settled without a word to a queue where $why', async ({ outcomes, settlement }) => {
    await expect(settleAll(outcomes)).resolves.toEqual(settlement);
    expect([sqs.ready(), sqs.deadLettered()]).toEqual([[], []]);
  });

  test.each<{ why: string; outcomes: Outcome[]; lastTry: boolean; reason: string }>([
    { why: 'a person must act', outcomes: [lasting, deleted], lastTry: false, reason: 'forbidden' },
    { why: 'this was the last try', outcomes: [passing, deleted], lastTry: true, reason: 'away' },
    {
      why: 'several failed, each for its reason',
      outcomes: [lasting, { ...lasting, target: DR, message: 'unknown' }, { ...lasting, target: EMEA }],
      lastTry: false,
      reason: 'forbidden; unknown',
    },
  ])('is dead-lettered as it is where $why', async ({ outcomes, lastTry, reason }) => {
    await expect(settleAll(outcomes, { lastTry })).resolves.toEqual({ done: true });
    expect(sqs.ready()).toEqual([]);
    expect(sqs.deadLettered()).toMatchObject([
      { body: 'the body', attributes: { reason, request: JSON.stringify(request) } },
    ]);
  });

  test.each([false, true])('is taken apart where failures differ, on the last try: %p', async (lastTry) => {
    await expect(settleAll([passing, lasting, deleted], { lastTry })).resolves.toEqual({ done: true });
    expect(sqs.ready()).toEqual([JSON.stringify({ ...request, targets: [DR] })]);
    const deadLettered = JSON.stringify({ ...request, targets: [APAC] });
    expect(sqs.deadLettered()).toMatchObject([
      { body: deadLettered, attributes: { code: 'HTTP_403', status: '403', request: deadLettered } },
    ]);
  });

  test("is settled as a whole if different failures can't be split by target", async () => {
    const { target: _, ...everything } = passing;
    await expect(settleAll([everything, lasting])).resolves.toEqual({ done: false });
    expect(sqs.deadLettered()).toEqual([]);
    await settleAll([everything, lasting], { lastTry: true });
    expect(sqs.deadLettered()).toMatchObject([
      { body: 'the body', attributes: { reason: 'away; forbidden' } },
    ]);
  });
});

describe('the rest of an organization', () => {
  const { repository: _, targets: __, ...organization } = request;
  const rest = { ...organization, offset: 100 };

  test.each([false, true])('goes on by itself, on the last try as well: %p', async (lastTry) => {
    await expect(
      settleResult({ request: organization, outcomes: [deleted], rest }, { lastTry }),
    ).resolves.toEqual({ done: true });
    expect(sqs.ready()).toEqual([JSON.stringify(rest)]);
    expect(sqs.deadLettered()).toEqual([]);
    expect(recorded.of('continued')).toHaveLength(1);
    expect(recorded.of('retried')).toEqual([]);
  });

  test('leaves each repository that needs a person in a message of its own', async () => {
    const failures = ['api', 'web'].map((repository): FailedOutcome => ({ ...lasting, repository }));
    await expect(settleResult({ request: organization, outcomes: failures, rest })).resolves.toEqual({
      done: true,
    });
    expect(sqs.deadLettered().map(({ body }): unknown => JSON.parse(body))).toEqual(
      ['api', 'web'].map((repository) => ({ ...organization, repository, targets: [APAC] })),
    );
    expect(sqs.ready()).toEqual([JSON.stringify(rest)]);
  });
});

describe('the log', () => {
  test.each<{ why: string; outcomes: Outcome[] }>([
    { why: 'the whole message returns', outcomes: [{ ...passing, retryAfterSeconds: 30 }] },
    { why: 'a part goes on by itself', outcomes: [{ ...passing, retryAfterSeconds: 30 }, lasting] },
  ])('says what is tried again and when, where $why', async ({ outcomes }) => {
    await settleAll(outcomes);
    expect(recorded.of('retried')).toMatchObject([{ level: 'info', code: 'HTTP_503', waitSeconds: 30 }]);
    expect(recorded.of('continued')).toEqual([]);
  });

  test('says nothing of another try where the last one is over', async () => {
    await settleAll([passing], { lastTry: true });
    expect(recorded.of('retried')).toEqual([]);
  });

  test('says nothing where everything is done', async () => {
    await settleAll([deleted]);
    expect(recorded.lines).toEqual([]);
  });
});
