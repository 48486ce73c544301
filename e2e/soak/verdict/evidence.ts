import { nameOf, type Target } from '../../../lib/huaweicloud/names.ts';
import type { LedgerEntry } from '../../../lib/ledger/history.ts';
import type { Removal, SyncTask } from '../../../local/huaweicloud/tasks.ts';
import type { Delivery, PlannedTask } from '../story.ts';
import type { Letter } from './letter.ts';

/** All that is known in the end. */
export interface Evidence {
  /** Those that the stories began with, and those that were created on the way. */
  readonly tasks: readonly PlannedTask[];
  readonly deliveries: readonly Delivery[];
  /** The tasks that there are. */
  readonly left: readonly Pick<SyncTask, 'namespace' | 'repoName' | 'createdAt' | keyof Target>[];
  /** What the emulator has removed. */
  readonly removals: readonly Removal[];
  readonly entries: readonly LedgerEntry[];
  /** When an entry of the ledger was first written, in milliseconds since the epoch, by its key. */
  readonly writtenAt: ReadonlyMap<string, number>;
  readonly letters: readonly Letter[];
  /** `safety.maxTasksPerRequest` */
  readonly maxTasksPerRequest: number;
}

/** What a judge has found wrong, a line each; and numbers that are worth printing. */
export interface Judgement {
  readonly problems: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** One task of all that have had its name, in words. */
export function describeTask(namespace: string, repository: string, target: Target, createdAt = '?'): string {
  return `${namespace}/${repository} to ${nameOf(target)}, created ${createdAt}`;
}

/** The key of an entry as one text. */
export function keyText({ pk, sk }: { readonly pk: string; readonly sk: string }): string {
  return `${pk} ${sk}`;
}
