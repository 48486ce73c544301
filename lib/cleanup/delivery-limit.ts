import pMap from 'p-map';
import { failureOf } from '../failure.ts';
import type { CleanupLedger, Ending, Intent } from './ledger.ts';
import { TOO_MANY_TASKS } from './outcome.ts';
import type { CleanupRequest } from './request.ts';

const MAX_CONCURRENT_WRITES = { concurrency: 8 };

type FailedEnding = Extract<Ending, { outcome: 'failed' }>;

/** A recorded deletion, which may be carried out. */
export interface StartedDeletion {
  readonly intent: Intent;
  /** An earlier attempt started it, and its result is not recorded. */
  readonly repeated: boolean;
}

/** Result of starting a deletion. */
export type DeletionStart = StartedDeletion | { readonly intent: Intent; readonly failed: FailedEnding };

interface Limits {
  readonly ledger: CleanupLedger;
  readonly max: number;
  /** True if no other worker can start a deletion of the delivery: it has one request, in its first attempt. */
  readonly alone: boolean;
}

/**
 * Limits the deletions of a delivery, over all of its requests, repositories, pages and attempts.
 *
 * There are no locks between the workers of a delivery. Each records its intended deletions, then counts those of all workers,
 * and deletes only if the count is within the limit. The last of them to count has seen all records, so together they are
 * within the limit. An abandoned deletion still counts: another attempt of the request may be about to carry it out.
 */
export class DeliveryLimit {
  readonly #request: CleanupRequest;
  readonly #limits: Limits;
  #started: Set<string> | undefined;

  constructor(request: CleanupRequest, limits: Limits) {
    this.#request = request;
    this.#limits = limits;
    this.#started = limits.alone ? new Set() : undefined;
  }

  /** Starts all deletions, or none of them if they exceed the limit. Never throws. */
  async start(intents: readonly Intent[]): Promise<readonly DeletionStart[]> {
    if (intents.length === 0) return [];
    const fail = (failed: FailedEnding) => intents.map((intent) => ({ intent, failed }));
    try {
      const before = this.#add(intents, this.#started ?? (await this.#limits.ledger.started(this.#request)));
      if (before !== undefined) return fail(before);
      const starts = await pMap(intents, (intent) => this.#intend(intent), MAX_CONCURRENT_WRITES);
      if (this.#limits.alone) return starts;
      const after = this.#add(intents, await this.#limits.ledger.started(this.#request));
      if (after === undefined) return starts;
      await pMap(starts, (start) => this.#abandon(start, after), MAX_CONCURRENT_WRITES);
      return fail(after);
    } catch (error) {
      return fail(failureFrom(error));
    }
  }

  async #intend(intent: Intent): Promise<DeletionStart> {
    try {
      return { intent, ...(await this.#limits.ledger.intend(this.#request, intent)) };
    } catch (error) {
      return { intent, failed: failureFrom(error) };
    }
  }

  /** Records that a deletion exceeds the limit, unless an earlier attempt may have carried it out. */
  async #abandon(start: DeletionStart, excess: FailedEnding): Promise<void> {
    if ('failed' in start || start.repeated) return;
    await this.#limits.ledger.settle(this.#request, start.intent, excess);
  }

  /**
   * Counts new deletions together with the known ones.
   *
   * @returns the failure of all of them if they exceed the limit.
   */
  #add(intents: readonly Intent[], known: Iterable<string>): FailedEnding | undefined {
    const { ledger, max } = this.#limits;
    const own = new Set(intents.map((intent) => ledger.keyOf(this.#request, intent)));
    this.#started = new Set([...(this.#started ?? []), ...known, ...own]);
    const count = this.#started.size;
    if (count <= max) return undefined;
    const done = count === own.size ? 'Nothing was deleted' : `Only ${count - own.size} were deleted`;
    const message = `${done}: ${count} tasks exceed safety.maxTasksPerRequest (${max})`;
    return { outcome: 'failed', code: TOO_MANY_TASKS, message, retryable: false };
  }
}

function failureFrom(error: unknown): FailedEnding {
  return { outcome: 'failed', ...failureOf(error) };
}
