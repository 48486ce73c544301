import type { Deadline } from '../deadline.ts';
import { failureOf } from '../failure.ts';
import { nameOf } from '../huaweicloud/names.ts';
import type { SwrClient } from '../huaweicloud/swr.ts';
import { checkTargets, mayHaveMore, type SyncTask } from '../huaweicloud/sync-task.ts';
import type { Log } from '../log.ts';
import { type Decisions, decide, findDenyRule, type Safety } from './decide.ts';
import type { DeliveryLimit } from './delivery-limit.ts';
import type { CleanupLedger } from './ledger.ts';
import { OUT_OF_TIME, type Outcome } from './outcome.ts';
import type { CleanupRequest } from './request.ts';

export interface CleanupContext {
  readonly swr: SwrClient;
  readonly safety: Safety;
  readonly deadline: Deadline;
  readonly log: Log;
  readonly ledger: CleanupLedger;
  readonly limit: DeliveryLimit;
  /** True if earlier attempts may have deleted tasks without a record of the result. */
  readonly repeated: boolean;
  /** Waits before the failed repositories of a page are retried. A timer if missing. */
  readonly pause?: (ms: number) => Promise<void>;
  /** Repositories of an organization that are cleaned together. 100 if missing. */
  readonly pageSize?: number;
}

export interface RepositoryPlan extends Decisions {
  readonly repository: string;
  /** True if the list may be incomplete. */
  readonly mayHaveMore: boolean;
}

/**
 * Lists the tasks of one repository and decides about them, read-only. Never throws: a failure is an outcome.
 */
export async function planRepository(
  request: CleanupRequest,
  repository: string,
  context: CleanupContext,
): Promise<RepositoryPlan> {
  const { swr, safety, deadline, log } = context;
  const { namespace, targets } = request;
  const settle = (outcome: Outcome): RepositoryPlan => ({
    repository,
    deletions: [],
    settled: targets?.map((target) => ({ target, ...outcome })) ?? [outcome],
    mayHaveMore: false,
  });

  const rule = findDenyRule(safety, namespace, repository);
  if (rule !== undefined) return settle({ outcome: 'kept', reason: 'denied', rule });
  if (!deadline.allowsMore()) return settle({ outcome: 'failed', ...OUT_OF_TIME });
  try {
    const startedAt = Date.now();
    const listed = await swr.listSyncTasks(namespace, repository, deadline);
    const ms = Date.now() - startedAt;
    log.info('listed', { namespace, repository, tasks: listed.length, ms });
    const { tasks, failure } = checkTargets(listed, `${namespace}/${repository}`);
    const { deletions, settled } = decide(request, tasks, safety);
    const done = await settleEarlier(request, repository, tasks, context);
    const names = new Set(done.map(({ target }) => target && nameOf(target)));
    return {
      repository,
      // A listed task is another one, created since then.
      deletions: deletions.filter(({ target, task }) => task !== undefined || !names.has(nameOf(target))),
      settled: [
        ...done,
        ...settled,
        ...(failure !== undefined && targets === undefined
          ? [{ outcome: 'failed', ...failure } as const]
          : []),
      ],
      mayHaveMore: targets === undefined && mayHaveMore(listed),
    };
  } catch (error) {
    return settle({ outcome: 'failed', ...failureOf(error) });
  }
}

/**
 * Settles the deletions of earlier attempts without a recorded result: a task that SWR listed then and doesn't list now is
 * deleted.
 */
async function settleEarlier(
  request: CleanupRequest,
  repository: string,
  tasks: readonly SyncTask[],
  { ledger, repeated }: CleanupContext,
): Promise<readonly Outcome[]> {
  if (!repeated) return [];
  const listed = new Set(tasks.map(identifyTask));
  const started = await ledger.unsettled(request, repository);
  const gone = started.filter(({ task }) => task !== undefined && !listed.has(identifyTask(task)));
  for (const intent of gone) await ledger.settle(request, intent, { outcome: 'deleted' });
  return gone.map(({ target, task }) => ({ target, ...(task && { task }), outcome: 'deleted' }));
}

function identifyTask(task: SyncTask): string {
  return `${nameOf(task)} ${task.createdAt ?? ''}`;
}
