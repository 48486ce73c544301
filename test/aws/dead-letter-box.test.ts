import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { DeadLetterQueue } from '../../lib/aws/dead-letter-box.ts';
import { Queue } from '../../lib/aws/queue.ts';
import { allowing, noHurry } from '../support/deadline.ts';
import { type Sqs, startSqs } from '../support/sqs.ts';

const TIMEOUT_MS = 5000;
const HIDDEN_SECONDS = 60;

let sqs: Sqs;
let queue: Queue;
let box: DeadLetterQueue;
beforeAll(async () => {
  sqs = await startSqs();
  queue = new Queue(sqs.deadLetterQueueUrl);
  box = new DeadLetterQueue(sqs.deadLetterQueueUrl, 0);
});
afterEach(() => sqs.empty());
afterAll(() => sqs.close());

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `message ${index}`);
}

describe('a message', () => {
  test('comes with all that was said beside it', async () => {
    const attributes = { reason: 'refused', code: 'X.1', status: 403, request: '{"namespace":"acme"}' };
    await queue.sendWithAttributes('{}', attributes, TIMEOUT_MS);
    await expect(box.takeAll(HIDDEN_SECONDS, noHurry)).resolves.toEqual([
      {
        ...attributes,
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        receiptHandle: expect.any(String),
        body: '{}',
        receives: 1,
        sentAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      },
    ]);
  });

  test('says nothing where the queue gave up by itself', async () => {
    await queue.send(['{}'], TIMEOUT_MS);
    const [letter] = await box.takeAll(HIDDEN_SECONDS, noHurry);
    const nothing = { reason: undefined, code: undefined, status: undefined, request: undefined };
    expect(letter).toMatchObject({ body: '{}', ...nothing });
  });

  test('has the reason of EventBridge where that could not deliver', async () => {
    const attributes = { ERROR_CODE: 'NO_PERMISSIONS', ERROR_MESSAGE: 'lacks permissions' };
    await queue.sendWithAttributes('{}', attributes, TIMEOUT_MS);
    await expect(box.takeAll(HIDDEN_SECONDS, noHurry)).resolves.toMatchObject([
      { code: 'NO_PERMISSIONS', reason: 'lacks permissions' },
    ]);
  });
});

describe('taking all', () => {
  test.each([
    { why: 'there is none', count: 0, calls: [] },
    { why: 'as many as come at once', count: 10, calls: [10] },
    { why: 'several times as many', count: 23, calls: [10, 10, 3] },
  ])('takes $count messages: $why', async ({ count, calls }) => {
    await queue.send(numbered(count), TIMEOUT_MS);
    const progress: number[] = [];
    const letters = await box.takeAll(HIDDEN_SECONDS, noHurry, (more) => progress.push(more));
    expect(new Set(letters.map(({ body }) => body))).toEqual(new Set(numbered(count)));
    expect(letters).toHaveLength(count);
    expect(progress).toEqual(calls);
    expect(sqs.deadLettered()).toEqual([]);
  });

  test('takes one only once that comes back meanwhile, with the receipt that counts', async () => {
    await queue.send(['x'], TIMEOUT_MS);
    const [letter] = await box.takeAll(0, noHurry);
    if (letter === undefined) throw new Error('there is no message');
    expect(letter.receives).toBe(2);
    await box.remove(letter);
    expect(sqs.deadLettered()).toEqual([]);
  });

  test('stops where no more may be started', async () => {
    await queue.send(numbered(23), TIMEOUT_MS);
    await expect(box.takeAll(HIDDEN_SECONDS, allowing(1))).resolves.toHaveLength(10);
  });

  test('fails where there is no such queue', async () => {
    const missing = new DeadLetterQueue(sqs.deadLetterQueueUrl.replace('dead-letters', 'missing'), 0);
    await expect(missing.takeAll(HIDDEN_SECONDS, noHurry)).rejects.toMatchObject({
      failure: { code: 'QueueDoesNotExist', retryable: false },
    });
  });
});

describe('afterwards', () => {
  test('all are there again that were put back, and those that were removed are not', async () => {
    await queue.send(numbered(12), TIMEOUT_MS);
    const letters = await box.takeAll(HIDDEN_SECONDS, noHurry);
    const [first] = letters;
    if (first === undefined) throw new Error('there is no message');
    await expect(box.depth()).resolves.toMatchObject({ waiting: 0, taken: 12 });
    await box.remove(first);
    await box.putBack(letters);
    await expect(box.depth()).resolves.toMatchObject({ waiting: 11, taken: 0 });
    expect(sqs.deadLettered().map(({ body }) => body)).not.toContain(first.body);
  });

  test('putting nothing back needs no call', async () => {
    await expect(box.putBack([])).resolves.toBeUndefined();
  });
});
