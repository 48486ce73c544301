import type { Target } from '../huaweicloud/names.ts';
import type { SyncTask } from '../huaweicloud/sync-task.ts';
import type { Outcome } from './outcome.ts';
import type { CleanupRequest } from './request.ts';

/** A deletion that is about to be tried. */
export interface Intent {
  readonly repository: string;
  readonly target: Target;
  /** The task as SWR showed it just before; missing where SWR did not show it. */
  readonly task?: SyncTask;
}

/** How a deletion that was tried ended. */
export type Ending = Extract<Outcome, { outcome: 'deleted' | 'absent' | 'failed' }>;

export interface OpenedRequest {
  /** With the time at which it was said to have occurred first, where it has come before. */
  readonly request: CleanupRequest;
  /** It has been opened before: it was delivered twice, or an earlier try was not finished. */
  readonly repeated: boolean;
}

/**
 * The record of every deletion, written before it happens. All of it may be repeated, and two workers may do it at the same
 * time for the same request.
 *
 * Every method throws a `ServiceError` with the code `LEDGER_UNAVAILABLE`, worth another try, if it can't be done.
 */
export interface CleanupLedger {
  /**
   * Writes down that a request has come, the first time; always gives what was written then. Nothing that it tells of can
   * have happened after that.
   */
  open(request: CleanupRequest): Promise<OpenedRequest>;

  /** Identity of a deletion among all of the request's delivery. A task that was made anew is another one. */
  identityOf(request: CleanupRequest, intent: Intent): string;

  /**
   * Identities of the deletions that count toward the limit of the request's delivery: those that any of its requests has
   * begun in any try, unless the task was gone already or SWR has refused them.
   */
  begun(request: CleanupRequest): Promise<readonly string[]>;

  /**
   * The deletions in a repository that earlier tries of the request have begun, and of which nobody has written down that the
   * task is gone. One that has failed may have been carried out by another worker.
   */
  unsettled(request: CleanupRequest, repository: string): Promise<readonly Intent[]>;

  /**
   * Writes down what is about to be deleted.
   *
   * @returns whether an earlier try has begun the same deletion, and nobody has written down how it ended.
   */
  intend(request: CleanupRequest, intent: Intent): Promise<{ readonly begunBefore: boolean }>;

  /**
   * Writes down how a deletion ended. `deleted` stays, whatever is written later; after a failure that will pass nobody knows,
   * so the deletion counts as begun.
   */
  settle(request: CleanupRequest, intent: Intent, ending: Ending): Promise<void>;

  /** Writes down what a request has come to. */
  close(request: CleanupRequest, outcomes: readonly Outcome[]): Promise<void>;
}

/** Writes nothing down, for a look at what would happen. */
export const noLedger: CleanupLedger = {
  open: (request) => Promise.resolve({ request, repeated: false }),
  identityOf: () => '',
  begun: () => Promise.resolve([]),
  unsettled: () => Promise.resolve([]),
  intend: () => Promise.reject(new Error('nothing may be deleted without a ledger')),
  settle: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
