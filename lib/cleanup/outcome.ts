import type { Failure } from '../failure.ts';
import { nameOf, type Target } from '../huaweicloud/names.ts';
import { type SyncTask } from '../huaweicloud/sync-task.ts';
import type { CleanupRequest } from './request.ts';

/** Why a task stays. */
type KeptReason = 'dry run' | 'denied' | 'newer than the event' | 'still at the source';

interface Subject {
  /** Missing where it concerns the whole repository: the tasks could not even be listed. */
  readonly target?: Target;
  /** Which repository, where the request was for a whole organization. */
  readonly repository?: string;
  /** The task as SWR showed it before; missing where SWR did not show it. */
  readonly task?: SyncTask;
}

/** What became of one target. */
export type Outcome = Subject &
  (
    | { readonly outcome: 'deleted' }
    /** It was gone already. */
    | { readonly outcome: 'absent' }
    | {
        readonly outcome: 'kept';
        readonly reason: KeptReason;
        /** The glob of `safety.deny` that fits. */
        readonly rule?: string;
        /** `SOURCE:NAME` of the source repository or organization that is still there. */
        readonly livingSource?: string;
      }
    | ({ readonly outcome: 'failed' } & Failure)
  );

export type FailedOutcome = Extract<Outcome, { outcome: 'failed' }>;

/** A request and what became of each of its targets; none if there was nothing to delete. */
export interface CleanupResult {
  readonly request: CleanupRequest;
  readonly outcomes: readonly Outcome[];
  /** What has not been done, where an organization is too large for one time, or a part of it has to come back. */
  readonly rest?: CleanupRequest;
}

/** The code of every deletion of a request that would delete more than `safety.maxTasksPerRequest`. */
export const TOO_MANY_TASKS = 'TOO_MANY_TASKS';

/** Tells what an outcome is about from what others of its request are about. */
export function subjectOf({ repository = '', target }: Subject): string {
  return `${repository} ${target === undefined ? '' : nameOf(target)}`;
}

export function failuresOf(outcomes: readonly Outcome[]): FailedOutcome[] {
  return outcomes.filter((outcome) => outcome.outcome === 'failed');
}

/** Number of outcomes of each kind; kinds without any are 0. */
export function countOutcomes(outcomes: readonly Outcome[]): Record<Outcome['outcome'], number> {
  const counts = { deleted: 0, absent: 0, kept: 0, failed: 0 };
  for (const { outcome } of outcomes) counts[outcome] += 1;
  return counts;
}
