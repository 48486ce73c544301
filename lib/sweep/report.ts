import type { Reason } from './judge-task.ts';

/** What was seen on some pages. */
export interface Counts {
  readonly repositories: number;
  /** Protected by `safety.deny`, and not looked at. */
  readonly denied: number;
  /** Whose tasks could not be listed, or not all be judged: a name in the list is invalid. */
  readonly unread: number;
  readonly tasks: number;
  /** Tasks that are to go. */
  readonly found: number;
  /** Tasks whose source repository is gone, which is believed when a later sweep hears it again. */
  readonly suspected: number;
  /** Tasks about which something could not be found out: their age, their source, their target's organization. */
  readonly undecided: number;
  /** Tasks in whose target region no account was named that could be asked. */
  readonly unchecked: number;
}

export const NOTHING: Counts = {
  repositories: 0,
  denied: 0,
  unread: 0,
  tasks: 0,
  found: 0,
  suspected: 0,
  undecided: 0,
  unchecked: 0,
};

export function addCounts(one: Counts, other: Counts): Counts {
  return {
    repositories: one.repositories + other.repositories,
    denied: one.denied + other.denied,
    unread: one.unread + other.unread,
    tasks: one.tasks + other.tasks,
    found: one.found + other.found,
    suspected: one.suspected + other.suspected,
    undecided: one.undecided + other.undecided,
    unchecked: one.unchecked + other.unchecked,
  };
}

/** `refused`: it found more than it may delete, so it deletes nothing. */
export type Decision = 'refused' | 'dry run' | 'applied';

/** What a sweep has come to. */
export interface SweepReport {
  readonly id: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly state: Decision;
  readonly mode: 'apply' | 'dry-run';
  readonly maxPercent: number;
  /** How much of the tasks that it saw is to go. */
  readonly percent: number;
  readonly organizations: number;
  readonly counts: Counts;
  /**
   * How many of the undecided tasks stay because the sweep saw no other private repository of their source's owner, and no
   * canary is configured for it; missing if there are none.
   */
  readonly heldBack?: number;
  /** How many tasks were found for each reason; one may have several. */
  readonly reasons: Readonly<Record<Reason, number>>;
}
