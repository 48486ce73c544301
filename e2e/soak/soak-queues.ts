import * as v from 'valibot';
import { type Queues, startQueues } from '../../local/queues.ts';
import type { Random } from './random.ts';
import type { Tally } from './tally.ts';

/** As `serverless.yml` has it for most stages: in the last one `clean` parks a request itself, and says why. */
export const TRIES = 5;
/** So often more the queue waits before it parks what nobody could: a worker may be killed in the last try. */
const SPARE_TRIES = 5;
/** Lambda wants it to be no longer than the visibility timeout. Short, so that what was killed soon comes back. */
export const FUNCTION_TIMEOUT_MS = 4000;
const VISIBILITY_SECONDS = 4;

const depthSchema = v.object({ Attributes: v.record(v.string(), v.string()) });

/** Where all messages of a queue are. */
export interface Depth {
  readonly waiting: number;
  readonly inWork: number;
}

/** The queues of the local stack with the times of a soak test, and an event source that sometimes fails to remove. */
export async function startSoakQueues(random: Random, tally: Tally, lostRemovals: number): Promise<Queues> {
  const queues = await startQueues();
  const { endpoint, cleanupUrl, deadLettersUrl } = queues;
  const name = deadLettersUrl.slice(deadLettersUrl.lastIndexOf('/') + 1);
  await callSqs(endpoint, 'SetQueueAttributes', {
    QueueUrl: cleanupUrl,
    Attributes: {
      VisibilityTimeout: `${VISIBILITY_SECONDS}`,
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
        maxReceiveCount: TRIES + SPARE_TRIES,
      }),
    },
  });
  return {
    ...queues,
    async receive(queueUrl, limit) {
      const messages = await queues.receive(queueUrl, limit);
      for (const { Attributes } of messages)
        tally.count('receives', Attributes['ApproximateReceiveCount'] === '1' ? 'first' : 'again');
      return messages;
    },
    async remove(queueUrl, receiptHandle) {
      if (random.chance(lostRemovals)) {
        tally.count('aws faults', 'SQS: message not removed');
        return;
      }
      await queues.remove(queueUrl, receiptHandle);
      tally.count('receives', 'removed');
    },
  };
}

export async function depthOf({ endpoint, cleanupUrl }: Queues): Promise<Depth> {
  const answer = await callSqs(endpoint, 'GetQueueAttributes', {
    QueueUrl: cleanupUrl,
    AttributeNames: ['All'],
  });
  const { Attributes } = v.parse(depthSchema, answer);
  const count = (name: string) => Number(Attributes[`ApproximateNumberOfMessages${name}`] ?? 0);
  return { waiting: count('') + count('Delayed'), inWork: count('NotVisible') };
}

async function callSqs(endpoint: string, action: string, input: object): Promise<unknown> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': `AmazonSQS.${action}` },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${action}: ${response.status} ${text}`);
  return JSON.parse(text || '{}');
}
