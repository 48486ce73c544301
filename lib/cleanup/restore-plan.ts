import pMap from 'p-map';
import type { Deadline } from '../deadline.ts';
import { type Failure, failureOf } from '../failure.ts';
import { nameOf, type Target } from '../huaweicloud/names.ts';
import type { SwrClient, SyncSettings } from '../huaweicloud/swr.ts';
import { type SyncTask } from '../huaweicloud/sync-task.ts';
import { OUT_OF_TIME } from './plan-repository.ts';

/** Repositories that are worked on at a time. */
export const AT_A_TIME = { concurrency: 8 };

/** A deletion that was tried, as the ledger has it. */
export interface RecordedDeletion {
  readonly account: string;
  readonly namespace: string;
  readonly repository: string;
  readonly target: Target;
  /** As SWR showed the task before; missing where SWR did not show it. */
  readonly task?: SyncTask;
  readonly outcome: 'intended' | 'deleted' | 'absent' | 'failed';
  /** ISO 8601, in UTC. */
  readonly at: string;
  readonly restoredAt?: string;
}

/** What is to be done about one deleted task. */
export type RestoreStep<D extends RecordedDeletion> = { readonly deletion: D } & (
  | { readonly state: 'missing'; readonly settings: SyncSettings }
  | { readonly state: 'there' }
  /** It was restored, and is not listed now: gone again, or one of those that SWR does not list. */
  | { readonly state: 'restored before' }
  | ({ readonly state: 'failed' } & Failure)
);

export interface PlanContext {
  /** @throws {ServiceError} if there is no such account. */
  readonly clientOf: (account: string) => Pick<SwrClient, 'listSyncTasks'>;
  readonly deadline: Deadline;
  /** Told of every repository that is done, with the number of its tasks. */
  readonly onProgress?: (tasks: number) => void;
}

/**
 * The last deletion of each task, of those that may have deleted it. One that was only begun, or failed, may have done so
 * without being told; whether it has, only SWR knows.
 */
export function lastDeletions<D extends RecordedDeletion>(entries: readonly D[]): D[] {
  const last = new Map<string, D>();
  for (const entry of entries) {
    const { account, namespace, repository, target, outcome, task } = entry;
    if (outcome === 'absent' || (outcome !== 'deleted' && task === undefined)) continue;
    const name = `${account} ${namespace}/${repository} ${nameOf(target)}`;
    const other = last.get(name);
    if (other === undefined || entry.at >= other.at) last.set(name, entry);
  }
  return [...last.values()];
}

/**
 * Looks what is to be done about deleted tasks. Changes nothing, and never throws: what fails is a step.
 *
 * @param again also what was restored before, and is missing.
 */
export async function planRestore<D extends RecordedDeletion>(
  deletions: readonly D[],
  { clientOf, deadline, onProgress }: PlanContext,
  again = false,
): Promise<RestoreStep<D>[]> {
  const steps = await pMap(
    groupByRepository(deletions, (deletion) => deletion),
    async (group) => {
      const planned = await planRepository(group, clientOf, deadline, again);
      onProgress?.(group.length);
      return planned;
    },
    AT_A_TIME,
  );
  return steps.flat();
}

/** @param deletions of one repository. */
async function planRepository<D extends RecordedDeletion>(
  deletions: readonly [D, ...D[]],
  clientOf: PlanContext['clientOf'],
  deadline: Deadline,
  again: boolean,
): Promise<RestoreStep<D>[]> {
  const failed = (failure: Failure) =>
    deletions.map((deletion) => ({ deletion, state: 'failed', ...failure }) as const);
  if (!deadline.allowsMore()) return failed(OUT_OF_TIME);
  const [{ account, namespace, repository }] = deletions;
  try {
    const tasks = await clientOf(account).listSyncTasks(namespace, repository, deadline);
    const listed = new Set(tasks.map(nameOf));
    return deletions.map((deletion) => stepOf(deletion, listed.has(nameOf(deletion.target)), again));
  } catch (error) {
    return failed(failureOf(error));
  }
}

function stepOf<D extends RecordedDeletion>(deletion: D, listed: boolean, again: boolean): RestoreStep<D> {
  if (listed) return { deletion, state: 'there' };
  if (deletion.restoredAt !== undefined && !again) return { deletion, state: 'restored before' };
  const { syncAuto = false, override = false } = deletion.task ?? {};
  return { deletion, state: 'missing', settings: { syncAuto, override } };
}

export function groupByRepository<T>(
  items: readonly T[],
  deletionOf: (item: T) => RecordedDeletion,
): (readonly [T, ...T[]])[] {
  const groups = Map.groupBy(items, (item) => {
    const { account, namespace, repository } = deletionOf(item);
    return `${account} ${namespace}/${repository}`;
  });
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [[first, ...others] as const],
  );
}
