import pMap from 'p-map';
import { failureOf } from '../failure.ts';
import type { CleanupLedger, Ending, Intent } from './ledger.ts';
import { TOO_MANY_TASKS } from './outcome.ts';
import type { CleanupRequest } from './request.ts';

const WRITES_AT_A_TIME = { concurrency: 8 };

type Failed = Extract<Ending, { outcome: 'failed' }>;

/** A deletion that is on the record, and may be carried out. */
export interface Begun {
  readonly intent: Intent;
  /** An earlier try has begun it, and nobody has written down how it ended. */
  readonly begunBefore: boolean;
}

/** What has become of the beginning of a deletion. */
export type Start = Begun | { readonly intent: Intent; readonly failed: Failed };

interface Limits {
  readonly ledger: CleanupLedger;
  readonly max: number;
  /** Nobody else has begun or can begin a deletion of the delivery: it has one request, which comes for the first time. */
  readonly alone: boolean;
}

/**
 * Bounds the deletions of a delivery, over all of its requests, repositories, pages and tries.
 *
 * Workers that act on the same delivery at the same time lock nothing: each writes down all that it is about to delete, then
 * counts what anyone has written, and deletes only if that is within the limit. Of those that go on, the one that counted
 * last has seen what all others had written before, so together they are within the limit. What one of them gives up keeps
 * counting, since another try of the same request may be about to delete it.
 */
export class DeliveryLimit {
  readonly #request: CleanupRequest;
  readonly #limits: Limits;
  #begun: Set<string> | undefined;

  constructor(request: CleanupRequest, limits: Limits) {
    this.#request = request;
    this.#limits = limits;
    this.#begun = limits.alone ? new Set() : undefined;
  }

  /** Begins deletions, and none of them where it would be too many; never throws. */
  async begin(intents: readonly Intent[]): Promise<readonly Start[]> {
    if (intents.length === 0) return [];
    const fail = (failed: Failed) => intents.map((intent) => ({ intent, failed }));
    try {
      const before = this.#add(intents, this.#begun ?? (await this.#limits.ledger.begun(this.#request)));
      if (before !== undefined) return fail(before);
      const starts = await pMap(intents, (intent) => this.#intend(intent), WRITES_AT_A_TIME);
      if (this.#limits.alone) return starts;
      const after = this.#add(intents, await this.#limits.ledger.begun(this.#request));
      if (after === undefined) return starts;
      await pMap(starts, (start) => this.#giveUp(start, after), WRITES_AT_A_TIME);
      return fail(after);
    } catch (error) {
      return fail(failureFrom(error));
    }
  }

  async #intend(intent: Intent): Promise<Start> {
    try {
      return { intent, ...(await this.#limits.ledger.intend(this.#request, intent)) };
    } catch (error) {
      return { intent, failed: failureFrom(error) };
    }
  }

  /** One that an earlier try has begun may have been carried out. */
  async #giveUp(start: Start, excess: Failed): Promise<void> {
    if ('failed' in start || start.begunBefore) return;
    await this.#limits.ledger.settle(this.#request, start.intent, excess);
  }

  /**
   * Counts deletions with those that are known.
   *
   * @returns the failure of all of them where they are too many.
   */
  #add(intents: readonly Intent[], known: Iterable<string>): Failed | undefined {
    const { ledger, max } = this.#limits;
    const own = new Set(intents.map((intent) => ledger.identityOf(this.#request, intent)));
    this.#begun = new Set([...(this.#begun ?? []), ...known, ...own]);
    const count = this.#begun.size;
    if (count <= max) return undefined;
    const done = count === own.size ? 'nothing was deleted' : `only ${count - own.size} were deleted`;
    const message = `${done}: it would be ${count} tasks, and safety.maxTasksPerRequest is ${max}`;
    return { outcome: 'failed', code: TOO_MANY_TASKS, message, retryable: false };
  }
}

function failureFrom(error: unknown): Failed {
  return { outcome: 'failed', ...failureOf(error) };
}
