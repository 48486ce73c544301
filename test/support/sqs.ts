import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { startFauxqs } from 'fauxqs';
import * as v from 'valibot';
import { AWS_ACCESS, setVariables } from './environment.ts';
import { useOnce } from './use.ts';

const receivedSchema = v.object({
  Messages: v.optional(
    v.array(
      v.object({
        MessageId: v.string(),
        ReceiptHandle: v.string(),
        Body: v.string(),
        MD5OfBody: v.string(),
        Attributes: v.object({
          ApproximateReceiveCount: v.string(),
          SentTimestamp: v.string(),
          SenderId: v.string(),
          ApproximateFirstReceiveTimestamp: v.string(),
        }),
      }),
    ),
    [],
  ),
});

/** Message in the dead-letter queue. */
interface DeadLetteredMessage {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string | undefined>>;
}

export interface Sqs {
  readonly cleanupQueueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** Puts a text, or anything else as JSON, into the cleanup queue. */
  put(message: unknown): void;
  /** Receives what is in the cleanup queue, 10 messages at the most, as Lambda's event source does. */
  receive(): Promise<SQSRecord[]>;
  /** Deletes what may go, as the event source does after the function's answer. */
  finish(records: readonly SQSRecord[], answer: SQSBatchResponse): Promise<void>;
  /** The bodies of the messages that can be received now. */
  ready(): string[];
  /** Bodies of received messages, which return after their visibility timeout. */
  hidden(): { body: string; seconds: number }[];
  /** The bodies of the messages that were sent for later. */
  delayed(): { body: string; seconds: number }[];
  deadLettered(): DeadLetteredMessage[];
  /** Empties both queues. */
  empty(): void;
  close(): Promise<void>;
}

/** The time for which a received message is hidden by default. */
export const VISIBILITY_SECONDS = 60;

const CLEANUP = 'cleanup';
const DEAD_LETTERS = 'dead-letters';

/** SQS on loopback, with an empty cleanup queue and an empty dead-letter queue. */
export async function startSqs(): Promise<Sqs> {
  const server = await startFauxqs({ port: 0, logger: false });
  server.createQueue(CLEANUP, { attributes: { VisibilityTimeout: String(VISIBILITY_SECONDS) } });
  server.createQueue(DEAD_LETTERS);
  const url = `http://127.0.0.1:${server.port}`;
  const restore = setVariables(AWS_ACCESS);
  const urlOf = (name: string) => `${url}/000000000000/${name}`;

  const call = async (action: string, input: object): Promise<unknown> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': `AmazonSQS.${action}` },
      body: JSON.stringify({ QueueUrl: urlOf(CLEANUP), ...input }),
    });
    if (!response.ok) throw new Error(`${action}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const messagesOf = (name: string) => {
    const queue = server.inspectQueue(name);
    if (queue === undefined) throw new Error(`there is no queue ${name}`);
    return queue.messages;
  };

  return {
    cleanupQueueUrl: urlOf(CLEANUP),
    deadLetterQueueUrl: urlOf(DEAD_LETTERS),
    put(message) {
      server.sendMessage(CLEANUP, typeof message === 'string' ? message : JSON.stringify(message));
    },
    async receive() {
      const input = { MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] };
      const { Messages } = v.parse(receivedSchema, await call('ReceiveMessage', input));
      return Messages.map((message) => ({
        messageId: message.MessageId,
        receiptHandle: message.ReceiptHandle,
        body: message.Body,
        attributes: message.Attributes,
        messageAttributes: {},
        md5OfBody: message.MD5OfBody,
        eventSource: 'aws:sqs',
        eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${CLEANUP}`,
        awsRegion: 'us-east-1',
      }));
    },
    async finish(records, { batchItemFailures }) {
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      const done = records.filter(({ messageId }) => !failed.has(messageId));
      for (const { receiptHandle } of done) await call('DeleteMessage', { ReceiptHandle: receiptHandle });
    },
    ready: () => messagesOf(CLEANUP).ready.map(({ body }) => body),
    hidden: () =>
      messagesOf(CLEANUP).inflight.map(({ message, visibilityDeadline }) => ({
        body: message.body,
        seconds: (visibilityDeadline - Date.now()) / 1000,
      })),
    delayed: () =>
      messagesOf(CLEANUP).delayed.map(({ body, delayUntil = 0 }) => ({
        body,
        seconds: (delayUntil - Date.now()) / 1000,
      })),
    deadLettered: () =>
      messagesOf(DEAD_LETTERS).ready.map(({ body, messageAttributes }) => ({
        body,
        attributes: Object.fromEntries(
          Object.entries(messageAttributes).map(([name, { StringValue }]) => [name, StringValue]),
        ),
      })),
    empty: () => server.reset(),
    async close() {
      restore();
      await server.stop();
    },
  };
}

/** Starts SQS for the tests of a file, and empties its queues after each. */
export function useSqs(): Sqs {
  return useOnce(startSqs, (sqs) => sqs.empty());
}
