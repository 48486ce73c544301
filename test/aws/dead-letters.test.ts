import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { DeadLetters } from '../../lib/aws/dead-letters.ts';
import { Queue } from '../../lib/aws/queue.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { recordLog } from '../support/recorded-log.ts';
import { type Sqs, startSqs } from '../support/sqs.ts';

let sqs: Sqs;
beforeAll(async () => {
  sqs = await startSqs();
});
afterEach(() => sqs.empty());
afterAll(() => sqs.close());

const failure = { code: 'SVCSTG.SWR.4030170', message: 'no permission', status: 403 };

test('keeps the body to the letter, with the reason, the code, the status and the request', async () => {
  const request = cleanupRequest();
  await new DeadLetters(new Queue(sqs.deadLetterQueueUrl), recordLog().log).park(
    '{ "a": 1 }',
    failure,
    request,
  );
  expect(sqs.parked()).toEqual([
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

test('leaves out what is not known', async () => {
  const { log } = recordLog();
  await new DeadLetters(new Queue(sqs.deadLetterQueueUrl), log).park('x', {
    code: 'UNREADABLE',
    message: 'm',
  });
  expect(sqs.parked()).toEqual([{ body: 'x', attributes: { reason: 'm', code: 'UNREADABLE' } }]);
});

test('shortens a reason that never ends', async () => {
  const { log } = recordLog();
  const message = 'x'.repeat(5000);
  await new DeadLetters(new Queue(sqs.deadLetterQueueUrl), log).park('x', { code: 'X', message });
  expect(sqs.parked()[0]?.attributes['reason']).toBe('x'.repeat(2000));
});

test('says in the log what was parked, once it is', async () => {
  const recorded = recordLog();
  const { log } = recorded;
  await new DeadLetters(new Queue(sqs.deadLetterQueueUrl), log).park('x', failure, cleanupRequest());
  expect(recorded.of('parked')).toMatchObject([
    { level: 'error', id: 'request-1', code: failure.code, status: 403, reason: failure.message },
  ]);
});

test('fails, and says nothing, where the queue does not take it', async () => {
  const recorded = recordLog();
  const { log } = recorded;
  const nowhere = new Queue(sqs.deadLetterQueueUrl.replace('dead-letters', 'missing'));
  await expect(new DeadLetters(nowhere, log).park('x', failure)).rejects.toMatchObject({
    failure: { code: 'QueueDoesNotExist' },
  });
  expect(recorded.lines).toEqual([]);
});
