import pMap from 'p-map';
import { failureOf } from '../failure.ts';
import { nameOf } from '../huaweicloud/names.ts';
import type { Log } from '../log.ts';
import type { Deletion } from './decide.ts';
import type { Begun } from './delivery-limit.ts';
import type { Ending, Intent } from './ledger.ts';
import { type Outcome, subjectOf } from './outcome.ts';
import { type CleanupContext, OUT_OF_TIME, planRepository } from './plan-repository.ts';
import type { CleanupRequest } from './request.ts';

const MAX_CALLS_AT_A_TIME = { concurrency: 8 };

/**
 * Cleans repositories of one organization: lists their tasks, decides, deletes and records the ends. Repositories whose list may
 * have been cut off are cleaned again as long as that deletes something.
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
    for (const outcome of round.outcomes) outcomes.set(subjectOf(outcome), outcome);
    repositories = round.unfinished;
  }
  return [...outcomes.values()];
}

interface Round {
  readonly outcomes: readonly Outcome[];
  /** The repositories that may have more tasks than SWR has listed, and of whose tasks this round has deleted some. */
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
    MAX_CALLS_AT_A_TIME,
  );
  // Only in what becomes of a whole organization does it have to be said which repository is meant.
  const label = (repository: string) => (request.repository === undefined ? { repository } : {});
  const settled = plans.flatMap((plan) =>
    plan.settled.map((outcome): Outcome => ({ ...label(plan.repository), ...outcome })),
  );
  const isNew = (outcome: Outcome) => known.get(subjectOf(outcome))?.outcome !== outcome.outcome;
  for (const outcome of settled.filter(isNew)) logOutcome(outcome, request, context.log);

  // What has failed waits for the next try of the request.
  const hasFailed = (repository: string, { target }: Deletion) =>
    known.get(subjectOf({ ...label(repository), target }))?.outcome === 'failed';
  // Nothing is deleted that is not on the record before.
  const starts = await context.limit.begin(
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
    MAX_CALLS_AT_A_TIME,
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
  { intent, begunBefore }: Begun,
  context: CleanupContext,
): Promise<Ending> {
  const { deadline, ledger } = context;
  if (!deadline.allowsMore()) return { outcome: 'failed', ...OUT_OF_TIME };
  try {
    const ending = await deleteTask(request, intent, begunBefore, context);
    // If this fails, the next try finds what was begun, and that it is gone.
    // What SWR never showed, an earlier try may have deleted all the same.
    const isUnsure = begunBefore && intent.task === undefined;
    const noted = ending.outcome === 'failed' && isUnsure ? { ...ending, retryable: true } : ending;
    await ledger.settle(request, intent, noted);
    return ending;
  } catch (error) {
    return { outcome: 'failed', ...failureOf(error) };
  }
}

async function deleteTask(
  { namespace }: CleanupRequest,
  { repository, target, task }: Intent,
  begunBefore: boolean,
  { swr, deadline }: CleanupContext,
): Promise<Ending> {
  try {
    const outcome = await swr.deleteSyncTask(namespace, repository, target, deadline);
    // It was an earlier try that deleted it, or another worker with the same request, and couldn't tell. At the worst both say so.
    return { outcome: outcome === 'absent' && (begunBefore || task !== undefined) ? 'deleted' : outcome };
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
    ...(outcome === 'deleted' && { ageSeconds: ageOf(request) }),
    ...rest,
  });
}

/** How long ago that happened which the request follows from. */
function ageOf({ occurredAt }: CleanupRequest): number | undefined {
  if (occurredAt === undefined) return undefined;
  // A sender's clock may be ahead of ours.
  return Math.max(0, Date.now() - Date.parse(occurredAt)) / 1000;
}
