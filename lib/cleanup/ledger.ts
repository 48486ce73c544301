import type { Target } from '../huaweicloud/names.ts';
import type { SyncTask } from '../huaweicloud/sync-task.ts';
import type { Outcome } from './outcome.ts';
import type { CleanupRequest } from './request.ts';

/** An intended deletion. */
export interface Intent {
  readonly repository: string;
  readonly target: Target;
  /** The task as SWR listed it just before; missing if it did not. */
  readonly task?: SyncTask;
}

/** Result of an attempted deletion. */
export type Ending = Extract<Outcome, { outcome: 'deleted' | 'absent' | 'failed' }>;

export interface OpenedRequest {
  /** The request with its earliest known `occurredAt`. */
  readonly request: CleanupRequest;
  /** True if it was opened before: delivered twice, or with an unfinished attempt. */
  readonly repeated: boolean;
}

/**
 * Record of every deletion, written before it happens. Every method may be repeated, and two workers may call it at the same
 * time for the same request.
 *
 * Every method throws a retryable `ServiceError` with the code `LEDGER_UNAVAILABLE` if the ledger can't be read or written.
 */
export interface CleanupLedger {
  /**
   * Records a request the first time; always returns the first record. Its event can't be later than that record.
   */
  open(request: CleanupRequest): Promise<OpenedRequest>;

  /** Key of a deletion, unique within the request's delivery. A task that was created again has another key. */
  keyOf(request: CleanupRequest, intent: Intent): string;

  /**
   * Keys of the deletions that count toward the limit of the request's delivery: all that any of its requests has started in
   * any attempt, unless the task was gone already or SWR has rejected them.
   */
  started(request: CleanupRequest): Promise<readonly string[]>;

  /**
   * Deletions in a repository that earlier attempts of the request have started, without a record that the task is gone.
   * Failed ones are included: another worker may have carried them out.
   */
  unsettled(request: CleanupRequest, repository: string): Promise<readonly Intent[]>;

  /**
   * Records an intended deletion.
   *
   * @returns whether an earlier attempt has started the same deletion without a recorded result.
   */
  intend(request: CleanupRequest, intent: Intent): Promise<{ readonly repeated: boolean }>;

  /**
   * Records the result of a deletion. `deleted` is never overwritten. After a transient failure the result is unknown, so the
   * deletion still counts as started.
   */
  settle(request: CleanupRequest, intent: Intent, ending: Ending): Promise<void>;

  /** Records the result of a request. */
  close(request: CleanupRequest, outcomes: readonly Outcome[]): Promise<void>;
}

/** Ledger of a dry run: records nothing. */
export const noLedger: CleanupLedger = {
  open: (request) => Promise.resolve({ request, repeated: false }),
  keyOf: () => '',
  started: () => Promise.resolve([]),
  unsettled: () => Promise.resolve([]),
  intend: () => Promise.reject(new Error('Deletion without a ledger: use a dry run')),
  settle: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
