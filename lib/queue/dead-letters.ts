import type { Queue } from '../aws/queue.ts';
import { toSendableJson, toSendableText } from '../aws/sendable.ts';
import { deadLetteredEvent } from '../cleanup/bus-events.ts';
import type { FailedOutcome } from '../cleanup/outcome.ts';
import { describeFailures } from '../cleanup/remainder.ts';
import type { CleanupRequest } from '../cleanup/request.ts';
import type { Log } from '../log.ts';
import type { EventBus } from './event-bus.ts';

const TIMEOUT_MS = 3000;
/** Long enough for several messages of Huawei Cloud; attributes count toward the size of the message. */
const MAX_REASON_LENGTH = 2000;

/** What SQS takes, less the names and types of the attributes. */
const MAX_BYTES = 1024 * 1024 - 512;

/** Where goes what a person has to see, with the reason beside it. */
export class DeadLetters {
  readonly #queue: Queue;
  readonly #bus: EventBus;
  readonly #log: Log;

  constructor(queue: Queue, bus: EventBus, log: Log) {
    this.#queue = queue;
    this.#bus = bus;
    this.#log = log;
  }

  /** Parks what can not be read: nobody knows what it asks for. */
  async addUnreadable(body: string, message: string): Promise<void> {
    await this.park(body, [{ outcome: 'failed', code: 'UNREADABLE', message, retryable: false }]);
  }

  /**
   * @param body which, put back into the cleanup queue, is tried again.
   * @param failures the first one is the one that is named.
   * @param request as far as the body could be understood.
   * @throws {AwsError} unless the dead-letter queue has it.
   */
  async park(
    body: string,
    failures: readonly [FailedOutcome, ...FailedOutcome[]],
    request?: CleanupRequest,
  ): Promise<void> {
    const [{ code, status }] = failures;
    const reason = toSendableText(describeFailures(failures).slice(0, MAX_REASON_LENGTH));
    const short = { reason, code: toSendableText(code), status };
    const attributes = { ...short, request: request && toSendableJson(request) };
    // The log has the reason of a message that leaves no room for it.
    const fitting = [attributes, short].find((each) => bytesOf([body, ...Object.values(each)]) <= MAX_BYTES);
    await this.#queue.sendWithAttributes(body, fitting ?? {}, TIMEOUT_MS);
    this.#log.error('dead-lettered', { id: request?.id, code, status, reason });
    this.#bus.publish([deadLetteredEvent(failures, request)]);
  }
}

function bytesOf(parts: readonly (string | number | undefined)[]): number {
  return parts.reduce((sum: number, part = '') => sum + Buffer.byteLength(`${part}`), 0);
}
