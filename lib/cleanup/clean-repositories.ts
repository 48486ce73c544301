import pMap from 'p-map';
import { failureOf } from '../failure.ts';
import { nameOf } from '../huaweicloud/names.ts';
import type { Log } from '../log.ts';
import type { TaskDeletion } from './decide.ts';
import type { StartedDeletion } from './delivery-limit.ts';
import type { Ending, Intent } from './ledger.ts';
import { OUT_OF_TIME, type Outcome, outcomeKey } from './outcome.ts';
import { type CleanupContext, planRepository } from './plan-repository.ts';
import type { CleanupRequest } from './request.ts';

const MAX_CONCURRENT = { concurrency: 8 };

/**
 * Cleans repositories of one organization: lists their tasks, decides, deletes and records the results. A repository with an
 * incomplete list is cleaned again while that deletes something.
 *
 * Never throws: every failure is an outcome, and every target is tried.
 *
 * @param names repositories of the request's organization.
 */
export async function cleanRepositories(
  request: CleanupRequest,
  names: readonly string[],
  context: CleanupContext,
): Promise<readonly Outcome[]> {
  const outcomes = new Map<string, Outcome>();
  for (let repositories = names; repositories.length > 0; ) {
    const round = await cleanOnce(request, repositories, context, outcomes);
    for (const outcome of round.outcomes) outcomes.set(outcomeKey(outcome), outcome);
    repositories = round.unfinished;
  }
  return [...outcomes.values()];
}

interface Round {
  readonly outcomes: readonly Outcome[];
  /** Repositories with an incomplete list, of whose tasks this round has deleted some. */
  readonly unfinished: readonly string[];
}

/** @param known outcomes of earlier rounds, by subject. */
async function cleanOnce(
  request: CleanupRequest,
  repositories: readonly string[],
  context: CleanupContext,
  known: ReadonlyMap<string, Outcome>,
): Promise<Round> {
  const plans = await pMap(
    repositories,
    (repository) => planRepository(request, repository, context),
    MAX_CONCURRENT,
  );
  // The outcomes of an organization name their repository.
  const label = (repository: string) => (request.repository === undefined ? { repository } : {});
  const settled = plans.flatMap((plan) =>
    plan.settled.map((outcome): Outcome => ({ ...label(plan.repository), ...outcome })),
  );
  const isNew = (outcome: Outcome) => known.get(outcomeKey(outcome))?.outcome !== outcome.outcome;
  for (const outcome of settled.filter(isNew)) logOutcome(outcome, request, context.log);

  // A failed deletion waits for the next attempt of the request.
  const hasFailed = (repository: string, { target }: TaskDeletion) =>
    known.get(outcomeKey({ ...label(repository), target }))?.outcome === 'failed';
  // Only recorded deletions are carried out.
  const starts = await context.limit.start(
    plans.flatMap(({ repository, deletions }) =>
      deletions.flatMap((deletion) => (hasFailed(repository, deletion) ? [] : [{ repository, ...deletion }])),
    ),
  );
  const long = new Set(plans.flatMap(({ repository, mayHaveMore }) => (mayHaveMore ? [repository] : [])));
  const progress = new Set<string>();
  const ended = await pMap(
    starts,
    async (start): Promise<Outcome> => {
      const { repository, ...deletion } = start.intent;
      const result = 'failed' in start ? start.failed : await deleteRecorded(request, start, context);
      const outcome = { ...label(repository), ...deletion, ...result };
      if (long.has(repository) && result.outcome === 'deleted' && isNew(outcome)) progress.add(repository);
      logOutcome(outcome, request, context.log);
      return outcome;
    },
    MAX_CONCURRENT,
  );
  for (const plan of plans) {
    const { namespace } = request;
    const { repository } = plan;
    if (plan.mayHaveMore && !progress.has(repository))
      context.log.warn('may have more', { namespace, repository });
  }
  return { outcomes: [...ended, ...settled], unfinished: [...progress] };
}

async function deleteRecorded(
  request: CleanupRequest,
  { intent, repeated }: StartedDeletion,
  context: CleanupContext,
): Promise<Ending> {
  const { deadline, ledger } = context;
  if (!deadline.allowsMore()) return { outcome: 'failed', ...OUT_OF_TIME };
  try {
    const ending = await deleteTask(request, intent, repeated, context);
    // An earlier attempt may have deleted a task that SWR never listed.
    const isUnsure = repeated && intent.task === undefined;
    const recorded = ending.outcome === 'failed' && isUnsure ? { ...ending, retryable: true } : ending;
    // If this write fails, the next attempt finds the started deletion, and the task gone.
    await ledger.settle(request, intent, recorded);
    return ending;
  } catch (error) {
    return { outcome: 'failed', ...failureOf(error) };
  }
}

async function deleteTask(
  { namespace }: CleanupRequest,
  { repository, target, task }: Intent,
  repeated: boolean,
  { swr, deadline }: CleanupContext,
): Promise<Ending> {
  try {
    const outcome = await swr.deleteSyncTask(namespace, repository, target, deadline);
    // An earlier attempt, or another worker with the same request, has deleted it without a record. Both may report it.
    return { outcome: outcome === 'absent' && (repeated || task !== undefined) ? 'deleted' : outcome };
  } catch (error) {
    return { outcome: 'failed', ...failureOf(error) };
  }
}

/** Logs the outcome of one target, or of a request as a whole. */
export function logOutcome({ target, ...result }: Outcome, request: CleanupRequest, log: Log): void {
  const { outcome, task: _, ...rest } = result;
  const { namespace, repository } = request;
  const level = outcome === 'failed' ? 'warn' : 'info';
  log[level](outcome, {
    namespace,
    repository,
    ...(target !== undefined && { target: nameOf(target) }),
    ...(outcome === 'deleted' && { ageSeconds: secondsSinceEvent(request) }),
    ...rest,
  });
}

/** Seconds since the event of a request. */
function secondsSinceEvent({ occurredAt }: CleanupRequest): number | undefined {
  if (occurredAt === undefined) return undefined;
  // A sender's clock may be ahead of ours.
  return Math.max(0, Date.now() - Date.parse(occurredAt)) / 1000;
}
