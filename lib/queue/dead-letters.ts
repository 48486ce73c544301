import type { Queue } from '../aws/queue.ts';
import { toSendableJson, toSendableText } from '../aws/sendable.ts';
import type { FailedOutcome } from '../cleanup/outcome.ts';
import type { CleanupRequest } from '../cleanup/request.ts';
import type { Log } from '../log.ts';
import { deadLetteredEvent, type EventBus } from './event-bus.ts';
import { SQS_TIMEOUT_MS } from './lambda-function.ts';

/** Room for several messages of Huawei Cloud; attributes count toward the size of the message. */
const MAX_REASON_LENGTH = 2000;

/** Limit of SQS, less the names and types of the attributes. */
const MAX_BYTES_WITH_ATTRIBUTES = 1024 * 1024 - 512;

/** Dead-letter queue, with the reason beside each message. */
export class DeadLetters {
  readonly #queue: Queue;
  readonly #bus: EventBus;
  readonly #log: Log;

  constructor(queue: Queue, bus: EventBus, log: Log) {
    this.#queue = queue;
    this.#bus = bus;
    this.#log = log;
  }

  /**
   * Adds a body that could not be read.
   *
   * @throws {AwsError} unless the dead-letter queue has it.
   */
  async addUnreadable(body: string, message: string): Promise<void> {
    await this.add(body, [{ outcome: 'failed', code: 'UNREADABLE', message, retryable: false }]);
  }

  /**
   * Adds a message.
   *
   * @param body for the cleanup queue, if the message is retried.
   * @param failures with the code of the message first.
   * @param request of the body, if it could be read.
   * @throws {AwsError} unless the dead-letter queue has it.
   */
  async add(
    body: string,
    failures: readonly [FailedOutcome, ...FailedOutcome[]],
    request?: CleanupRequest,
  ): Promise<void> {
    const [{ code, status }] = failures;
    const reason = toSendableText(reasonOf(failures).slice(0, MAX_REASON_LENGTH));
    const short = { reason, code: toSendableText(code), status };
    const attributes = { ...short, request: request && toSendableJson(request) };
    // A message that leaves no room for its request is sent without it, and one that leaves none for the reason too.
    const fitting = [attributes, short].find(
      (each) => bytesOf([body, ...Object.values(each)]) <= MAX_BYTES_WITH_ATTRIBUTES,
    );
    await this.#queue.sendWithAttributes(body, fitting ?? {}, SQS_TIMEOUT_MS);
    this.#log.error('dead-lettered', { id: request?.id, code, status, reason });
    this.#bus.publish([deadLetteredEvent(failures, request)]);
  }
}

/** Messages of all failures in one text, each once. */
export function reasonOf(failures: readonly FailedOutcome[]): string {
  return [...new Set(failures.map(({ message }) => message))].join('; ');
}

function bytesOf(parts: readonly (string | number | undefined)[]): number {
  return parts.reduce((sum: number, part = '') => sum + Buffer.byteLength(`${part}`), 0);
}
