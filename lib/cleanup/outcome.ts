import type { Failure } from '../failure.ts';
import { nameOf, type Target } from '../huaweicloud/names.ts';
import type { SyncTask } from '../huaweicloud/sync-task.ts';
import type { CleanupRequest } from './request.ts';

/** What an outcome is about. */
export interface OutcomeSubject {
  /** Missing for the whole repository, such as when its tasks could not be listed. */
  readonly target?: Target;
  /** Name of the repository, in a request for an organization. */
  readonly repository?: string;
  /** The task as SWR listed it before; missing if it did not. */
  readonly task?: SyncTask;
}

/** Result of one target. */
export type Outcome = OutcomeSubject &
  /** `absent`: the task was gone already. */
  (
    | { readonly outcome: 'deleted' | 'absent' }
    | {
        readonly outcome: 'kept';
        readonly reason: 'dry run' | 'denied' | 'newer than the event' | 'still at the source';
        /** The matching glob of `safety.deny`. */
        readonly rule?: string;
        /** `SOURCE:NAME` of the source repository or organization that still exists. */
        readonly livingSource?: string;
      }
    | ({ readonly outcome: 'failed' } & Failure)
  );

export type FailedOutcome = Extract<Outcome, { outcome: 'failed' }>;

/** A request with the outcome of each target; none if there was nothing to delete. */
export interface CleanupResult {
  readonly request: CleanupRequest;
  readonly outcomes: readonly Outcome[];
  /** Request for the repositories that are left, or must be retried, of an organization. */
  readonly rest?: CleanupRequest;
}

/** Code of every deletion of a request that would delete more than `safety.maxTasksPerRequest`. */
export const TOO_MANY_TASKS = 'TOO_MANY_TASKS';

/** Failure of everything that the deadline came before. */
export const OUT_OF_TIME: Failure = {
  code: 'DEADLINE',
  message: 'the invocation had too little time left to start this',
  retryable: true,
};

/** Key of the subject of an outcome, unique within its request. */
export function outcomeKey({ repository = '', target }: OutcomeSubject): string {
  return `${repository} ${target === undefined ? '' : nameOf(target)}`;
}

/** The failed ones of some outcomes, in their order. */
export function failedOutcomes(outcomes: readonly Outcome[]): FailedOutcome[] {
  return outcomes.filter((outcome) => outcome.outcome === 'failed');
}

/** Longest wait that one of the failures asks for, in seconds. */
export function waitOf(failures: readonly FailedOutcome[]): number | undefined {
  const waits = failures.flatMap(({ retryAfterSeconds: seconds }) =>
    seconds === undefined ? [] : [seconds],
  );
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** Number of outcomes of each kind; kinds without any are 0. */
export function countOutcomes(outcomes: readonly Outcome[]): Record<Outcome['outcome'], number> {
  const counts = { deleted: 0, absent: 0, kept: 0, failed: 0 };
  for (const { outcome } of outcomes) counts[outcome] += 1;
  return counts;
}
