import type { CleanupRequest } from '../cleanup/request.ts';
import type { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import type { Queue } from './queue.ts';
import { toSendableJson, toSendableText } from './sendable.ts';

const TIMEOUT_MS = 3000;
/** Long enough for several messages of Huawei Cloud; attributes count toward the size of the message. */
const MAX_REASON_LENGTH = 2000;

/** Where goes what a person has to see, with the reason beside it. */
export class DeadLetters {
  readonly #queue: Queue;
  readonly #log: Log;

  constructor(queue: Queue, log: Log) {
    this.#queue = queue;
    this.#log = log;
  }

  /**
   * @param body which, put back into the cleanup queue, is tried again.
   * @param request as far as the body could be understood.
   * @throws {AwsError} unless the dead-letter queue has it.
   */
  async park(
    body: string,
    { code, status, message }: Pick<Failure, 'code' | 'status' | 'message'>,
    request?: CleanupRequest,
  ): Promise<void> {
    const reason = toSendableText(message.slice(0, MAX_REASON_LENGTH));
    const attributes = {
      reason,
      code: toSendableText(code),
      status,
      request: request && toSendableJson(request),
    };
    await this.#queue.sendWithAttributes(body, attributes, TIMEOUT_MS);
    this.#log.error('parked', { id: request?.id, code, status, reason });
  }
}
