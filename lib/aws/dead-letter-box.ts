import * as v from 'valibot';
import type { Deadline } from '../deadline.ts';
import { BATCH, callQueue } from './queue.ts';

/** SQS asks every one of its servers only if it may wait; without, it may say that there is nothing. */
const WAIT_SECONDS = 1;

const receivedSchema = v.object({
  Messages: v.optional(
    v.array(
      v.object({
        MessageId: v.string(),
        ReceiptHandle: v.string(),
        Body: v.string(),
        Attributes: v.optional(v.record(v.string(), v.string()), {}),
        MessageAttributes: v.optional(
          v.record(v.string(), v.object({ StringValue: v.optional(v.string()) })),
          {},
        ),
      }),
    ),
    [],
  ),
});
const depthSchema = v.object({
  Attributes: v.object({
    ApproximateNumberOfMessages: v.string(),
    ApproximateNumberOfMessagesNotVisible: v.string(),
    MessageRetentionPeriod: v.string(),
  }),
});

type ReceivedMessage = v.InferOutput<typeof receivedSchema>['Messages'][number];

/** Message of the dead-letter queue. */
export interface DeadLetter {
  readonly id: string;
  readonly receiptHandle: string;
  /** Sent to the queue that it came from, it is retried. */
  readonly body: string;
  /** When it first came into any queue; ISO 8601, in UTC. */
  readonly sentAt: string | undefined;
  /** Number of receives, here and in the queue that it came from. */
  readonly receives: number;
  readonly reason: string | undefined;
  readonly code: string | undefined;
  readonly status: number | undefined;
  /** The cleanup request as JSON, as far as the body could be understood. */
  readonly request: string | undefined;
}

/** Reader of the dead-letter queue. */
export class DeadLetterQueue {
  readonly #url: string;
  readonly #waitSeconds: number;

  constructor(url: string, waitSeconds = WAIT_SECONDS) {
    this.#url = url;
    this.#waitSeconds = waitSeconds;
  }

  /**
   * Receives every message and hides it from other readers meanwhile. What is neither removed nor put back then comes
   * back by itself.
   *
   * @param onProgress receives the number of further messages.
   * @throws {AwsError}
   */
  async takeAll(
    hiddenSeconds: number,
    deadline: Deadline,
    onProgress?: (count: number) => void,
  ): Promise<DeadLetter[]> {
    const letters = new Map<string, DeadLetter>();
    while (deadline.allowsMore()) {
      const answer = await callQueue(this.#url, 'ReceiveMessage', {
        MaxNumberOfMessages: BATCH,
        VisibilityTimeout: hiddenSeconds,
        WaitTimeSeconds: this.#waitSeconds,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      });
      const { Messages } = v.parse(receivedSchema, answer);
      const before = letters.size;
      // A message that is visible again is received once more, and only its last receipt counts.
      for (const message of Messages) letters.set(message.MessageId, readLetter(message));
      if (letters.size === before) break;
      onProgress?.(letters.size - before);
    }
    return [...letters.values()];
  }

  /** @throws {AwsError} */
  async putBack(letters: readonly DeadLetter[]): Promise<void> {
    for (let start = 0; start < letters.length; start += BATCH) {
      // Failures within the answer are ignored: those messages are visible again, or gone.
      await callQueue(this.#url, 'ChangeMessageVisibilityBatch', {
        Entries: letters.slice(start, start + BATCH).map(({ receiptHandle }, index) => ({
          Id: `${index}`,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: 0,
        })),
      });
    }
  }

  /** @throws {AwsError} */
  async remove({ receiptHandle }: DeadLetter): Promise<void> {
    await callQueue(this.#url, 'DeleteMessage', { ReceiptHandle: receiptHandle });
  }

  /**
   * Approximate number of messages, of those that are hidden while a reader has them, and how long the queue keeps each.
   *
   * @throws {AwsError}
   */
  async depth(): Promise<{
    readonly waiting: number;
    readonly taken: number;
    readonly retentionSeconds: number;
  }> {
    const AttributeNames = Object.keys(depthSchema.entries.Attributes.entries);
    const { Attributes } = v.parse(
      depthSchema,
      await callQueue(this.#url, 'GetQueueAttributes', { AttributeNames }),
    );
    return {
      waiting: Number(Attributes.ApproximateNumberOfMessages),
      taken: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
      retentionSeconds: Number(Attributes.MessageRetentionPeriod),
    };
  }
}

function readLetter(message: ReceivedMessage): DeadLetter {
  const { MessageId, ReceiptHandle, Body, Attributes, MessageAttributes } = message;
  const said = (name: string) => MessageAttributes[name]?.StringValue;
  const status = said('status');
  const sentAt = Attributes['SentTimestamp'];
  return {
    id: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    receives: Number(Attributes['ApproximateReceiveCount'] ?? 0),
    sentAt: sentAt === undefined ? undefined : new Date(Number(sentAt)).toISOString(),
    // Those in capitals are EventBridge's, of an event that it could not deliver.
    reason: said('reason') ?? said('ERROR_MESSAGE'),
    code: said('code') ?? said('ERROR_CODE'),
    status: status === undefined ? undefined : Number(status),
    request: said('request'),
  };
}
