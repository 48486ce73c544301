import type { Deadline } from '../deadline.ts';
import { type Failure, failureOf } from '../failure.ts';
import { nameOf } from '../huaweicloud/names.ts';
import type { SwrClient } from '../huaweicloud/swr.ts';
import { checkTargets, mayHaveMore, type SyncTask } from '../huaweicloud/sync-task.ts';
import type { Log } from '../log.ts';
import { type Decisions, decide, findDenyRule, type Safety } from './decide.ts';
import type { DeliveryLimit } from './delivery-limit.ts';
import type { CleanupLedger } from './ledger.ts';
import type { Outcome } from './outcome.ts';
import type { CleanupRequest } from './request.ts';

export const OUT_OF_TIME: Failure = {
  code: 'DEADLINE',
  message: 'the invocation had too little time left to start this',
  retryable: true,
};

export interface CleanupContext {
  readonly swr: SwrClient;
  readonly safety: Safety;
  readonly deadline: Deadline;
  readonly log: Log;
  readonly ledger: CleanupLedger;
  readonly limit: DeliveryLimit;
  /** The request has come before, so earlier tries may have deleted what they couldn't tell of any more. */
  readonly repeated: boolean;
  /** Waits before the failed repositories of a page are retried. A timer if missing. */
  readonly pause?: (ms: number) => Promise<void>;
  /** Repositories of an organization that are cleaned together. 100 if missing. */
  readonly pageSize?: number;
}

export interface Plan extends Decisions {
  readonly repository: string;
  /** SWR may have more tasks than it has listed. */
  readonly mayHaveMore: boolean;
}

/**
 * Finds out what is to happen to one repository. Changes nothing there, and never throws: what fails is settled as
 * failed.
 */
export async function planRepository(
  request: CleanupRequest,
  repository: string,
  context: CleanupContext,
): Promise<Plan> {
  const { swr, safety, deadline, log } = context;
  const { namespace, targets } = request;
  const settle = (outcome: Outcome): Plan => ({
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
      // What SWR lists is another task, made since then.
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
 * Earlier tries may have deleted tasks without being able to say so. A task that they meant to delete, and that SWR
 * showed then and doesn't show now, is gone.
 */
async function settleEarlier(
  request: CleanupRequest,
  repository: string,
  tasks: readonly SyncTask[],
  { ledger, repeated }: CleanupContext,
): Promise<readonly Outcome[]> {
  if (!repeated) return [];
  const listed = new Set(tasks.map(describeTask));
  const begun = await ledger.unsettled(request, repository);
  const gone = begun.filter(({ task }) => task !== undefined && !listed.has(describeTask(task)));
  for (const intent of gone) await ledger.settle(request, intent, { outcome: 'deleted' });
  return gone.map(({ target, task }) => ({ target, ...(task && { task }), outcome: 'deleted' }));
}

function describeTask(task: SyncTask): string {
  return `${nameOf(task)} ${task.createdAt ?? ''}`;
}
