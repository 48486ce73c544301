import { coversTarget, type Existence, type SourceRepository } from '../cleanup/confirm-gone.ts';
import { matchGlob } from '../glob.ts';
import { nameOf, type Target } from '../huaweicloud/names.ts';
import { type SyncTask } from '../huaweicloud/sync-task.ts';
import { compareTimes } from '../times.ts';

/** Why a task is to go that no event has named. */
export const REASONS = [
  'target organization is gone',
  'source repository is gone',
  'target is not allowed',
] as const;
export type Reason = (typeof REASONS)[number];

/** `unchecked`: the sweep has no account that sees the target's region. */
export type TargetState = Existence | 'unchecked';
/** `suspected`: gone, and it was not heard twice an hour apart yet. */
export type SourceState = Existence | 'suspected';

/** What was found out about a repository's tasks. */
export interface Facts {
  readonly targetOf: (target: Target) => TargetState;
  readonly origins: readonly { readonly origin: SourceRepository; readonly state: SourceState }[];
}

export interface Judgement {
  /** Why it is to go; it stays if there is none. */
  readonly reasons: readonly Reason[];
  /** What is not known of it. */
  readonly doubts: readonly ('undecided' | 'unchecked' | 'suspected')[];
}

/** What a sweep goes by: the time of its start, and `safety.allowedTargets`. */
export interface SweepRules {
  readonly startedAt: string;
  readonly allowedTargets?: readonly string[];
}

/** Whether a task was there before the sweep, or nobody knows. */
export function ageOf({ createdAt = '' }: SyncTask, startedAt: string): 'older' | 'newer' | 'unknown' {
  const age = compareTimes(createdAt, startedAt);
  if (Number.isNaN(age)) return 'unknown';
  return age < 0 ? 'older' : 'newer';
}

/** Decides about one task. Whatever is not known for certain is a doubt, and no reason. */
export function judgeTask(
  task: SyncTask,
  { targetOf, origins }: Facts,
  { startedAt, allowedTargets }: SweepRules,
): Judgement {
  const age = ageOf(task, startedAt);
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
  const doubts: Judgement['doubts'][number][] = [];
  if (target === 'unknown' || source === 'unknown') doubts.push('undecided');
  if (target === 'unchecked') doubts.push('unchecked');
  if (source === 'suspected') doubts.push('suspected');
  return { reasons, doubts };
}

/** Of several source repositories, one that is there is enough. Where none is routed to the task, nothing follows. */
function stateOfAll(states: readonly SourceState[]): SourceState | undefined {
  const order = ['exists', 'unknown', 'suspected', 'gone'] as const;
  return order.find((state) => states.includes(state));
}
