import type { Deadline } from '../deadline.ts';
import { type Failure, failureOf } from '../failure.ts';
import type { SwrClient } from '../huaweicloud/swr.ts';
import type { Log } from '../log.ts';
import { type Decisions, decide, findDenyRule, type Safety } from './decide.ts';
import type { Outcome } from './outcome.ts';
import type { CleanupRequest } from './request.ts';

/** `GET sync_repo` shows no more. Source: SWR API reference, "Querying the List of Image Synchronization Tasks". */
const FULL_LIST = 100;

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
}

export interface Plan extends Decisions {
  readonly repository: string;
  /** SWR may have more tasks than it has listed. */
  readonly mayHaveMore: boolean;
}

/** Finds out what is to happen to one repository. Changes nothing, and never throws: what fails is settled as failed. */
export async function planRepository(
  request: CleanupRequest,
  repository: string,
  { swr, safety, deadline, log }: CleanupContext,
): Promise<Plan> {
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
    const tasks = await swr.listSyncTasks(namespace, repository, deadline);
    const ms = Date.now() - startedAt;
    log.info('looked', { namespace, repository, tasks: tasks.length, ms });
    const mayHaveMore = targets === undefined && tasks.length >= FULL_LIST;
    return { repository, ...decide(request, tasks, safety), mayHaveMore };
  } catch (error) {
    return settle({ outcome: 'failed', ...failureOf(error) });
  }
}
