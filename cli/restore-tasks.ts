import pMap from 'p-map';
import { OUT_OF_TIME } from '../lib/cleanup/outcome.ts';
import type { Deadline } from '../lib/deadline.ts';
import { type Failure, failureOf, ServiceError } from '../lib/failure.ts';
import { nameOf } from '../lib/huaweicloud/names.ts';
import type { SwrClient, SyncSettings } from '../lib/huaweicloud/swr.ts';
import type { TaskEntry } from '../lib/ledger/history.ts';

const MAX_REPOSITORIES = { concurrency: 8 };

/** Planned restore of one deleted task. */
export type RestoreStep = { readonly deletion: TaskEntry } & (
  | { readonly state: 'missing'; readonly settings: SyncSettings }
  | { readonly state: 'there' }
  /** Restored, and not listed now: deleted again, or a task that SWR doesn't list. */
  | { readonly state: 'restored before' }
  | ({ readonly state: 'failed' } & Failure)
);

/** Result of the restore of one deleted task. `there but not listed`: SWR says that the task exists, and doesn't list it. */
export type Restoration = { readonly deletion: TaskEntry } & (
  | { readonly outcome: 'restored' | 'already there' | 'there but not listed' | 'restored before' }
  | ({ readonly outcome: 'failed' } & Failure)
);

interface PlanContext {
  /** @throws {ServiceError} if the account is not configured. */
  readonly clientOf: (account: string) => Pick<SwrClient, 'createSyncTask' | 'listSyncTasks'>;
  readonly deadline: Deadline;
  /** Receives the number of tasks of every finished repository. */
  readonly onProgress?: (tasks: number) => void;
}

interface RestoreContext extends PlanContext {
  /** Records the restore of a deletion. */
  readonly markRestored: (deletion: TaskEntry) => Promise<void>;
}

/** Latest deletion of each task that may be deleted: an intended or failed deletion may have been carried out. */
export function lastDeletions(entries: readonly TaskEntry[]): TaskEntry[] {
  const last = new Map<string, TaskEntry>();
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
 * Plans the restore of deleted tasks, read-only. Never throws: a failure is a step.
 *
 * @param again includes tasks that were restored before and are missing.
 */
export function planRestore(
  deletions: readonly TaskEntry[],
  context: PlanContext,
  again = false,
): Promise<RestoreStep[]> {
  const { clientOf, deadline } = context;
  const items = deletions.map((deletion) => ({ deletion }));
  return byRepository(items, context, async (group, { account, namespace, repository }) => {
    const failed = (failure: Failure) =>
      group.map((each) => ({ ...each, state: 'failed', ...failure }) as const);
    if (!deadline.allowsMore()) return failed(OUT_OF_TIME);
    try {
      const tasks = await clientOf(account).listSyncTasks(namespace, repository, deadline);
      const listed = new Set(tasks.map(nameOf));
      return group.map(({ deletion }) => stepOf(deletion, listed.has(nameOf(deletion.target)), again));
    } catch (error) {
      return failed(failureOf(error));
    }
  });
}

function stepOf(deletion: TaskEntry, listed: boolean, again: boolean): RestoreStep {
  if (listed) return { deletion, state: 'there' };
  if (deletion.restoredAt !== undefined && !again) return { deletion, state: 'restored before' };
  const { syncAuto = false, override = false } = deletion.task ?? {};
  return { deletion, state: 'missing', settings: { syncAuto, override } };
}

/**
 * Restores the tasks of a plan. Never throws: every task is tried, and a failure is an outcome. An interrupted restore may be
 * repeated: a task that exists is a success.
 */
export function restoreTasks(steps: readonly RestoreStep[], context: RestoreContext): Promise<Restoration[]> {
  return byRepository(steps, context, async (group) => {
    const done: Restoration[] = [];
    // SWR rejects concurrent changes of one repository as busy.
    for (const step of group) done.push(await restoreTask(step, context));
    return done;
  });
}

async function restoreTask(step: RestoreStep, context: RestoreContext): Promise<Restoration> {
  const { deletion } = step;
  if (step.state === 'failed') {
    const { state, ...failure } = step;
    return { ...failure, outcome: state };
  }
  if (step.state === 'restored before') return { deletion, outcome: step.state };
  if (!context.deadline.allowsMore()) return { deletion, outcome: 'failed', ...OUT_OF_TIME };
  try {
    const outcome =
      step.state === 'there' ? 'already there' : await createTask(deletion, step.settings, context);
    // An earlier attempt may have created it without this record.
    const isUnrecorded = deletion.outcome === 'deleted' && deletion.restoredAt === undefined;
    if (outcome === 'restored' || isUnrecorded) await context.markRestored(deletion);
    return { deletion, outcome };
  } catch (error) {
    return { deletion, outcome: 'failed', ...failureOf(error) };
  }
}

/**
 * Creates a missing task, and looks for it after a failure: it may exist without being listed before, and the answer to an
 * earlier request may have been lost.
 *
 * @throws {ServiceError}
 */
async function createTask(
  { account, namespace, repository, target }: TaskEntry,
  settings: SyncSettings,
  { clientOf, deadline }: PlanContext,
): Promise<'restored' | 'already there' | 'there but not listed'> {
  const swr = clientOf(account);
  const isListed = async () => {
    const tasks = await swr.listSyncTasks(namespace, repository, deadline);
    return tasks.some((task) => nameOf(task) === nameOf(target));
  };
  try {
    const created = await swr.createSyncTask(namespace, repository, target, settings, deadline);
    if (created === 'created') return 'restored';
    if (created === 'exists') return (await isListed()) ? 'already there' : 'there but not listed';
  } catch (error) {
    if (deadline.allowsMore() && (await isListed().catch(() => false))) return 'already there';
    throw error;
  }
  const message = `SWR has no repository ${namespace}/${repository}, so it can have no task ${nameOf(target)}: push an image to it first`;
  throw new ServiceError({ code: 'NO_REPOSITORY', message, retryable: false });
}

/** Runs `work` once per repository, for several repositories at a time. */
async function byRepository<T extends { readonly deletion: TaskEntry }, R>(
  items: readonly T[],
  { onProgress }: PlanContext,
  work: (group: readonly T[], place: TaskEntry) => Promise<R[]>,
): Promise<R[]> {
  const groups = Map.groupBy(items, ({ deletion: { account, namespace, repository } }) => {
    return `${account} ${namespace}/${repository}`;
  });
  const results = await pMap(
    groups.values(),
    async (group) => {
      const [first] = group;
      const done = first === undefined ? [] : await work(group, first.deletion);
      onProgress?.(group.length);
      return done;
    },
    MAX_REPOSITORIES,
  );
  return results.flat();
}
