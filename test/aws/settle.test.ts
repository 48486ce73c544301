import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { DeadLetters } from '../../lib/aws/dead-letters.ts';
import { EventBus } from '../../lib/aws/event-bus.ts';
import { Queue } from '../../lib/aws/queue.ts';
import { type Origin, type Settlement, settle } from '../../lib/aws/settle.ts';
import type { FailedOutcome, Outcome } from '../../lib/cleanup/outcome.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { APAC, DR, EMEA } from '../support/cloud.ts';
import { recordLog } from '../support/recorded-log.ts';
import { type Sqs, startSqs } from '../support/sqs.ts';

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

let sqs: Sqs;
beforeAll(async () => {
  sqs = await startSqs();
});
afterEach(() => sqs.empty());
afterAll(() => sqs.close());

function settleAll(outcomes: Outcome[], differences: Partial<Origin> = {}): Promise<Settlement> {
  const { log } = recordLog();
  const noBus = new EventBus({ name: undefined, stage: 'test', log });
  const deadLetters = new DeadLetters(new Queue(sqs.deadLetterQueueUrl), noBus, log);
  const origin = { body: 'the body', lastTry: false, ...differences };
  return settle({ request, outcomes }, origin, { queue: new Queue(sqs.cleanupQueueUrl), deadLetters, log });
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
    expect([sqs.ready(), sqs.parked()]).toEqual([[], []]);
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
  ])('is parked as it is where $why', async ({ outcomes, lastTry, reason }) => {
    await expect(settleAll(outcomes, { lastTry })).resolves.toEqual({ done: true });
    expect(sqs.ready()).toEqual([]);
    expect(sqs.parked()).toMatchObject([
      { body: 'the body', attributes: { reason, request: JSON.stringify(request) } },
    ]);
  });

  test.each([false, true])('is taken apart where failures differ, on the last try: %p', async (lastTry) => {
    await expect(settleAll([passing, lasting, deleted], { lastTry })).resolves.toEqual({ done: true });
    expect(sqs.ready()).toEqual([JSON.stringify({ ...request, targets: [DR] })]);
    const parked = JSON.stringify({ ...request, targets: [APAC] });
    expect(sqs.parked()).toMatchObject([
      { body: parked, attributes: { code: 'HTTP_403', status: '403', request: parked } },
    ]);
  });

  test('is settled as a whole where failures differ and can not be told apart by target', async () => {
    const { target: _, ...everything } = passing;
    await expect(settleAll([everything, lasting])).resolves.toEqual({ done: false });
    expect(sqs.parked()).toEqual([]);
    await settleAll([everything, lasting], { lastTry: true });
    expect(sqs.parked()).toMatchObject([{ body: 'the body', attributes: { reason: 'away; forbidden' } }]);
  });
});
