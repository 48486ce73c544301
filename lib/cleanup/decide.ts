import { matchGlob } from '../glob.ts';
import { nameOf, type Target } from '../huaweicloud/names.ts';
import { type SyncTask } from '../huaweicloud/sync-task.ts';
import { compareTimes } from '../times.ts';
import type { Outcome } from './outcome.ts';
import type { CleanupRequest } from './request.ts';

export interface Safety {
  readonly mode: 'apply' | 'dry-run';
  /** Globs on `namespace/repository` that protect their tasks from every request. */
  readonly deny: readonly string[];
  /** Globs on `REGION/ORGANIZATION`: a sweep finds every task with another target. All are allowed if missing. */
  readonly allowedTargets?: readonly string[];
  /** Maximum number of deletions of a delivery, over all of its requests and attempts. */
  readonly maxTasksPerRequest: number;
}

/** A task to delete; `task` is missing if SWR doesn't list it. */
export interface TaskDeletion {
  readonly target: Target;
  readonly task?: SyncTask;
}

export interface Decisions {
  readonly deletions: readonly TaskDeletion[];
  /** Outcomes of the other targets. */
  readonly settled: readonly Outcome[];
}

/** Finds the glob of `safety.deny` that protects a repository. */
export function findDenyRule(safety: Safety, namespace: string, repository: string): string | undefined {
  return safety.deny.find((glob) => matchGlob(glob, `${namespace}/${repository}`));
}

/**
 * Decides about every target of a request, once each. A target that the request names is deleted even if it is not listed:
 * SWR may omit tasks from the list.
 *
 * @param tasks of the repository, as SWR just listed them.
 */
export function decide(request: CleanupRequest, tasks: readonly SyncTask[], safety: Safety): Decisions {
  const listed = new Map(tasks.map((task) => [nameOf(task), task]));
  const wanted = new Map((request.targets ?? tasks).map((target) => [nameOf(target), target]));
  const deletions: TaskDeletion[] = [];
  const settled: Outcome[] = [];
  for (const [name, { remoteRegionId, remoteNamespace }] of wanted) {
    const task = listed.get(name);
    const subject = { target: { remoteRegionId, remoteNamespace }, ...(task !== undefined && { task }) };
    const reason = findReasonToKeep(task, request, safety);
    if (reason === undefined) deletions.push(subject);
    else settled.push({ ...subject, ...reason });
  }
  return { deletions, settled };
}

const KEPT_AS_NEWER = { outcome: 'kept', reason: 'newer than the event' } as const;
const KEPT_IN_DRY_RUN = { outcome: 'kept', reason: 'dry run' } as const;
const AGE_UNKNOWN = {
  outcome: 'failed',
  code: 'TASK_AGE_UNKNOWN',
  message: 'SWR names no creation time, so the task may be newer than the event',
  retryable: false,
} as const;

/** Keeps tasks that are newer than the event: events come late, twice and out of order, and names are reused. */
function findReasonToKeep(task: SyncTask | undefined, { occurredAt }: CleanupRequest, { mode }: Safety) {
  if (task !== undefined && occurredAt !== undefined) {
    const age = compareTimes(task.createdAt ?? '', occurredAt);
    if (Number.isNaN(age)) return AGE_UNKNOWN;
    if (age > 0) return KEPT_AS_NEWER;
  }
  return mode === 'dry-run' ? KEPT_IN_DRY_RUN : undefined;
}
