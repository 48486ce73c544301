import { matchGlob } from '../glob.ts';
import { nameOf, type Target } from '../huaweicloud/names.ts';
import { type SyncTask } from '../huaweicloud/sync-task.ts';
import { compareTimes } from '../times.ts';
import type { Outcome } from './outcome.ts';
import type { CleanupRequest } from './request.ts';

export interface Safety {
  readonly mode: 'apply' | 'dry-run';
  /** Globs on `namespace/repository`; they win over everything. */
  readonly deny: readonly string[];
  /** Globs on `REGION/ORGANIZATION`: a sweep finds every task with another target. Every target is allowed if missing. */
  readonly allowedTargets?: readonly string[];
  /** A request that would delete more deletes nothing; all of its tries together delete no more. */
  readonly maxTasksPerRequest: number;
}

/** A task that is to be deleted; `task` is missing where SWR doesn't list it. */
export interface Deletion {
  readonly target: Target;
  readonly task?: SyncTask;
}

export interface Decisions {
  readonly deletions: readonly Deletion[];
  /** What stays, and why. */
  readonly settled: readonly Outcome[];
}

/** The rule of `safety.deny` that protects a repository, if there is one. */
export function findDenyRule(safety: Safety, namespace: string, repository: string): string | undefined {
  return safety.deny.find((glob) => matchGlob(glob, `${namespace}/${repository}`));
}

/**
 * Decides about every target of a request, once each. A target that the request names is deleted even where the list
 * doesn't show it, since SWR may leave tasks out of it.
 *
 * @param tasks the repository's tasks as SWR listed them just now.
 */
export function decide(request: CleanupRequest, tasks: readonly SyncTask[], safety: Safety): Decisions {
  const listed = new Map(tasks.map((task) => [nameOf(task), task]));
  const wanted = new Map((request.targets ?? tasks).map((target) => [nameOf(target), target]));
  const deletions: Deletion[] = [];
  const settled: Outcome[] = [];
  for (const [name, { remoteRegionId, remoteNamespace }] of wanted) {
    const task = listed.get(name);
    const subject = { target: { remoteRegionId, remoteNamespace }, ...(task !== undefined && { task }) };
    const reason = reasonToStay(task, request, safety);
    if (reason === undefined) deletions.push(subject);
    else settled.push({ ...subject, ...reason });
  }
  return { deletions, settled };
}

const NEWER = { outcome: 'kept', reason: 'newer than the event' } as const;
const DRY_RUN = { outcome: 'kept', reason: 'dry run' } as const;
const AGE_UNKNOWN = {
  outcome: 'failed',
  code: 'TASK_AGE_UNKNOWN',
  message: 'SWR does not say when the task was created, so it can not be told from one made after the event',
  retryable: false,
} as const;

/** Events come late, twice and out of order, and names are used again: what is newer than the event stays. */
function reasonToStay(task: SyncTask | undefined, { occurredAt }: CleanupRequest, { mode }: Safety) {
  if (task !== undefined && occurredAt !== undefined) {
    const age = compareTimes(task.createdAt ?? '', occurredAt);
    if (Number.isNaN(age)) return AGE_UNKNOWN;
    if (age > 0) return NEWER;
  }
  return mode === 'dry-run' ? DRY_RUN : undefined;
}
