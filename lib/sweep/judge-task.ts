import { coversTarget, type Existence, type SourceRepository } from '../cleanup/confirm-gone.ts';
import { matchGlob } from '../glob.ts';
import { nameOf, type Target } from '../huaweicloud/names.ts';
import { type SyncTask } from '../huaweicloud/sync-task.ts';
import { compareTimes } from '../times.ts';

/** Reasons to delete a task without an event. */
export const REASONS = [
  'target organization is gone',
  'source repository is gone',
  'target is not allowed',
] as const;
export type Reason = (typeof REASONS)[number];

/** `unchecked`: the sweep has no account that sees the target's region. */
export type TargetState = Existence | 'unchecked';
/** `suspected`: gone, but not yet seen gone by two sweeps an hour apart. */
export type SourceState = Existence | 'suspected';

/** State of the targets and sources of a repository's tasks. */
export interface TaskFacts {
  readonly targetOf: (target: Target) => TargetState;
  readonly origins: readonly { readonly origin: SourceRepository; readonly state: SourceState }[];
}

export interface TaskJudgement {
  /** Reasons to delete the task; without any, it stays. */
  readonly reasons: Reason[];
  /** Unknowns about the task. */
  readonly doubts: readonly ('undecided' | 'unchecked' | 'suspected')[];
}

/** Start of the sweep (ISO 8601), and `safety.allowedTargets`. */
export interface SweepRules {
  readonly startedAt: string;
  readonly allowedTargets?: readonly string[];
}

/** Age of a task compared with the start of the sweep; `unknown` without a valid time. */
export function ageAtStart({ createdAt = '' }: SyncTask, startedAt: string): 'older' | 'newer' | 'unknown' {
  const age = compareTimes(createdAt, startedAt);
  if (Number.isNaN(age)) return 'unknown';
  return age < 0 ? 'older' : 'newer';
}

/** Judges one task. An unknown state is a doubt and never a reason. */
export function judgeTask(
  task: SyncTask,
  { targetOf, origins }: TaskFacts,
  { startedAt, allowedTargets }: SweepRules,
): TaskJudgement {
  const age = ageAtStart(task, startedAt);
  if (age !== 'older') return { reasons: [], doubts: age === 'unknown' ? ['undecided'] : [] };
  const target = targetOf(task);
  const source = stateOfAll(
    origins.flatMap(({ origin, state }) => (coversTarget(origin, task) ? [state] : [])),
  );
  const isAllowed = allowedTargets?.some((glob) => matchGlob(glob, nameOf(task))) ?? true;
  const reasons: Reason[] = [];
  if (target === 'gone') reasons.push('target organization is gone');
  if (source === 'gone') reasons.push('source repository is gone');
  if (!isAllowed) reasons.push('target is not allowed');
  const doubts: TaskJudgement['doubts'][number][] = [];
  if (target === 'unknown' || source === 'unknown') doubts.push('undecided');
  if (target === 'unchecked') doubts.push('unchecked');
  if (source === 'suspected') doubts.push('suspected');
  return { reasons, doubts };
}

/** Combined state of all source repositories routed to a task: one that exists keeps it. Undefined without any. */
function stateOfAll(states: readonly SourceState[]): SourceState | undefined {
  const order = ['exists', 'unknown', 'suspected', 'gone'] as const;
  return order.find((state) => states.includes(state));
}
