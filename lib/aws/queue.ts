import * as v from 'valibot';
import { AwsError } from './aws-error.ts';
import { callAws } from './call.ts';

/** What SQS takes in one batch. */
const BATCH = 10;
const MAX_DELAY_SECONDS = 900;

const batchAnswerSchema = v.object({
  Failed: v.optional(v.array(v.object({ Code: v.string(), Message: v.optional(v.string(), '') })), []),
});

/** One SQS queue. */
export class Queue {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /**
   * Puts messages into the queue. If this fails, some of them may be there: send all of them again.
   *
   * @param delaySeconds before they can be received; more than 900 count as 900, which is the most that SQS takes.
   * @throws {AwsError} unless the queue has every one of them.
   */
  async send(bodies: readonly string[], timeoutMs: number, delaySeconds = 0): Promise<void> {
    const delay = delaySeconds > 0 ? { DelaySeconds: Math.min(delaySeconds, MAX_DELAY_SECONDS) } : {};
    const [only] = bodies;
    if (bodies.length === 1) {
      await this.#call('SendMessage', { MessageBody: only, ...delay }, timeoutMs);
      return;
    }
    for (let start = 0; start < bodies.length; start += BATCH) {
      const entries = bodies.slice(start, start + BATCH);
      const Entries = entries.map((body, index) => ({ Id: `${index}`, MessageBody: body, ...delay }));
      const answer = v.parse(batchAnswerSchema, await this.#call('SendMessageBatch', { Entries }, timeoutMs));
      const [failed] = answer.Failed;
      if (failed !== undefined) {
        const message = `sqs SendMessageBatch: ${failed.Code} ${failed.Message}`.trim();
        throw new AwsError({ code: failed.Code, message, retryable: true });
      }
    }
  }

  /**
   * Puts one message into the queue, with attributes beside it. Empty ones are left out: SQS refuses them.
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
    await this.#call('SendMessage', { MessageBody: body, MessageAttributes }, timeoutMs);
  }

  /**
   * Has a received message come back after so many seconds, 0 to 43,200.
   *
   * @throws {AwsError}
   */
  async hide(receiptHandle: string, seconds: number, timeoutMs: number): Promise<void> {
    const input = { ReceiptHandle: receiptHandle, VisibilityTimeout: seconds };
    await this.#call('ChangeMessageVisibility', input, timeoutMs);
  }

  #call(action: string, input: Record<string, unknown>, timeoutMs: number): Promise<unknown> {
    return callAws({
      service: 'sqs',
      action,
      input: { QueueUrl: this.#url, ...input },
      endpoint: new URL(this.#url).origin,
      timeoutMs,
    });
  }
}
