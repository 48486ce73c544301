import pMap from 'p-map';
import type { Deadline } from '../deadline.ts';
import { type Failure, failureOf, ServiceError } from '../failure.ts';
import { nameOf } from '../huaweicloud/names.ts';
import type { SwrClient, SyncSettings } from '../huaweicloud/swr.ts';
import { OUT_OF_TIME } from './plan-repository.ts';
import {
  AT_A_TIME,
  groupByRepository,
  type PlanContext,
  type RecordedDeletion,
  type RestoreStep,
} from './restore-plan.ts';

/** What became of one deleted task. */
export type Restoration<D extends RecordedDeletion> = { readonly deletion: D } & (
  | { readonly outcome: 'restored' | 'already there' | 'restored before' }
  | ({ readonly outcome: 'failed' } & Failure)
);

export interface RestoreContext<D extends RecordedDeletion> extends Omit<PlanContext, 'clientOf'> {
  /** @throws {ServiceError} if there is no such account. */
  readonly clientOf: (account: string) => Pick<SwrClient, 'createSyncTask'>;
  /** Writes down that a deleted task is there again. */
  readonly markRestored: (deletion: D) => Promise<void>;
}

/**
 * Does what a plan says. Never throws: what fails is an outcome, and every task is tried. It may be repeated, and ended
 * at any moment: what is there already is a success.
 */
export async function restoreTasks<D extends RecordedDeletion>(
  steps: readonly RestoreStep<D>[],
  context: RestoreContext<D>,
): Promise<Restoration<D>[]> {
  const restorations = await pMap(
    groupByRepository(steps, ({ deletion }) => deletion),
    async (group) => {
      const done: Restoration<D>[] = [];
      // SWR answers that it is busy where a repository is changed twice at once.
      for (const step of group) done.push(await carryOut(step, context));
      context.onProgress?.(group.length);
      return done;
    },
    AT_A_TIME,
  );
  return restorations.flat();
}

async function carryOut<D extends RecordedDeletion>(
  step: RestoreStep<D>,
  { clientOf, markRestored, deadline }: RestoreContext<D>,
): Promise<Restoration<D>> {
  const { deletion } = step;
  if (step.state === 'failed') {
    const { state, ...failure } = step;
    return { ...failure, outcome: state };
  }
  if (step.state === 'restored before') return { deletion, outcome: step.state };
  if (!deadline.allowsMore()) return { deletion, outcome: 'failed', ...OUT_OF_TIME };
  try {
    if (step.state === 'missing') {
      await create(clientOf(deletion.account), deletion, step.settings, deadline);
      await markRestored(deletion);
      return { deletion, outcome: 'restored' };
    }
    // An earlier try may have created it, and not come to this.
    if (deletion.outcome === 'deleted' && deletion.restoredAt === undefined) await markRestored(deletion);
    return { deletion, outcome: 'already there' };
  } catch (error) {
    return { deletion, outcome: 'failed', ...failureOf(error) };
  }
}

async function create(
  swr: Pick<SwrClient, 'createSyncTask'>,
  { namespace, repository, target }: RecordedDeletion,
  settings: SyncSettings,
  deadline: Deadline,
): Promise<void> {
  const outcome = await swr.createSyncTask(namespace, repository, target, settings, deadline);
  if (outcome === 'created') return;
  const message = `SWR has no repository ${namespace}/${repository}, so it can have no task ${nameOf(target)}: push an image to it first`;
  throw new ServiceError({ code: 'NO_REPOSITORY', message, retryable: false });
}
