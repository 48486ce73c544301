import pMap from 'p-map';
import * as v from 'valibot';
import { monotonicMs } from '../clock.ts';
import { limitedArray } from '../limits.ts';
import { AwsError, callAws } from './call.ts';

/** Messages that SQS takes and gives in one batch. */
export const BATCH = 10;
/** Of a batch as it is sent. SQS takes more by now, but not every stand-in for it. */
const MAX_BATCH_BYTES = 256 * 1024;
const CALLS_AT_A_TIME = { concurrency: 5 };
const MAX_DELAY_SECONDS = 900;

const batchAnswerSchema = v.object({
  Failed: v.optional(
    limitedArray(v.object({ Code: v.string(), Message: v.optional(v.string(), '') }), BATCH, 'entries'),
    [],
  ),
});

/** Client of one SQS queue. */
export class Queue {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /**
   * Puts messages into the queue, in several batches at a time. After a failure some may be in the queue: send all of them again.
   *
   * @param timeoutMs for all of them together.
   * @param delaySeconds before they can be received; more than 900 count as 900, which is the most that SQS takes.
   * @throws {AwsError} unless the queue has every one of them.
   */
  async send(bodies: readonly string[], timeoutMs: number, delaySeconds = 0): Promise<void> {
    const delay = delaySeconds > 0 ? { DelaySeconds: Math.min(delaySeconds, MAX_DELAY_SECONDS) } : {};
    const giveUpAt = monotonicMs() + timeoutMs;
    const send = (batch: readonly string[]) => this.#sendBatch(batch, delay, giveUpAt - monotonicMs());
    await pMap(batchesOf(bodies), send, CALLS_AT_A_TIME);
  }

  async #sendBatch(bodies: readonly string[], delay: object, timeoutMs: number): Promise<void> {
    const [only] = bodies;
    if (bodies.length === 1) {
      await callQueue(this.#url, 'SendMessage', { MessageBody: only, ...delay }, timeoutMs);
      return;
    }
    const Entries = bodies.map((body, index) => ({ Id: `${index}`, MessageBody: body, ...delay }));
    const answer = v.parse(
      batchAnswerSchema,
      await callQueue(this.#url, 'SendMessageBatch', { Entries }, timeoutMs),
    );
    const [failed] = answer.Failed;
    if (failed !== undefined) {
      const message = `sqs SendMessageBatch: ${failed.Code} ${failed.Message}`.trim();
      throw new AwsError({ code: failed.Code, message, retryable: true });
    }
  }

  /**
   * Sends one message with attributes. Empty attributes are left out: SQS rejects them.
   *
   * @throws {AwsError} unless the queue has it.
   */
  async sendWithAttributes(
    body: string,
    attributes: Readonly<Record<string, string | number | undefined>>,
    timeoutMs: number,
  ): Promise<void> {
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes)
        .filter(([, value]) => value !== undefined && value !== '')
        .map(([name, value]) => [
          name,
          { DataType: typeof value === 'number' ? 'Number' : 'String', StringValue: String(value) },
        ]),
    );
    await callQueue(this.#url, 'SendMessage', { MessageBody: body, MessageAttributes }, timeoutMs);
  }

  /**
   * Hides a received message for a number of seconds, 0 to 43,200 less those since its receipt.
   *
   * @throws {AwsError}
   */
  async hide(receiptHandle: string, seconds: number, timeoutMs: number): Promise<void> {
    const input = { ReceiptHandle: receiptHandle, VisibilityTimeout: seconds };
    await callQueue(this.#url, 'ChangeMessageVisibility', input, timeoutMs);
  }
}

/**
 * Calls SQS about a queue.
 *
 * @param timeoutMs 5 s if missing.
 * @throws {AwsError}
 */
export function callQueue(
  url: string,
  action: string,
  input: Record<string, unknown>,
  timeoutMs = 5000,
): Promise<unknown> {
  const endpoint = new URL(url).origin;
  return callAws({ service: 'sqs', action, input: { QueueUrl: url, ...input }, endpoint, timeoutMs });
}

/** Batches of bodies, in their order, that SQS takes. A body larger than a batch is alone. */
function batchesOf(bodies: readonly string[]): string[][] {
  const batches: string[][] = [];
  let room = 0;
  for (const body of bodies) {
    const bytes = Buffer.byteLength(JSON.stringify(body));
    const batch = batches.at(-1);
    room -= bytes;
    if (batch !== undefined && batch.length < BATCH && room >= 0) {
      batch.push(body);
      continue;
    }
    batches.push([body]);
    room = MAX_BATCH_BYTES - bytes;
  }
  return batches;
}
