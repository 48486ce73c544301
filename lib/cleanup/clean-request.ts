import pMap from 'p-map';
import { failureOf } from '../failure.ts';
import { nameOf } from '../huaweicloud/sync-task.ts';
import type { Log } from '../log.ts';
import { type CleanedRepositories, cleanOrganization } from './clean-organization.ts';
import type { Deletion } from './decide.ts';
import type { Ending, Intent } from './ledger.ts';
import type { CleanupResult, Outcome } from './outcome.ts';
import { type CleanupContext, OUT_OF_TIME, type Plan, planRepository } from './plan-repository.ts';
import { type CleanupRequest, faultOfNames } from './request.ts';

const MAX_CALLS_AT_A_TIME = { concurrency: 8 };

/** What was done about a request, and what is left of an organization. */
export type Cleaned = Pick<CleanupResult, 'outcomes' | 'rest'>;

/**
 * Looks, decides, deletes: what this service is for. Never throws: whatever fails is an outcome, and every target is
 * tried. Repeating it does no harm.
 *
 * @param context whose client calls the account of the request.
 */
export async function cleanRequest(request: CleanupRequest, context: CleanupContext): Promise<Cleaned> {
  const startedAt = Date.now();
  const cleaned = await attempt(request, context).catch((error: unknown): Cleaned => {
    const failed = { outcome: 'failed', ...failureOf(error) } as const;
    report(failed, request, context.log);
    return { outcomes: [failed] };
  });
  context.log.info('cleaned', { ...countByKind(cleaned.outcomes), ms: Date.now() - startedAt });
  return cleaned;
}

async function attempt(request: CleanupRequest, context: CleanupContext): Promise<Cleaned> {
  const fault = faultOfNames(request);
  if (fault !== undefined) {
    return { outcomes: [{ outcome: 'failed', code: 'INVALID_NAME', message: fault, retryable: false }] };
  }
  if (request.repository === undefined) return cleanOrganization(request, context, cleanRepositories);
  return { outcomes: (await cleanRepositories(request, [request.repository], 0, context)).outcomes };
}

/** @param before how many deletions the request has cost already. */
async function cleanRepositories(
  request: CleanupRequest,
  names: readonly string[],
  before: number,
  context: CleanupContext,
): Promise<CleanedRepositories> {
  const outcomes = new Map<string, Outcome>();
  let attempted = before;
  for (let repositories = names; repositories.length > 0; ) {
    const round = await cleanOnce(request, repositories, attempted, context);
    for (const outcome of round.outcomes) outcomes.set(subjectOf(outcome), outcome);
    attempted += round.attempted;
    repositories = round.unfinished;
  }
  return { outcomes: [...outcomes.values()], attempted };
}

interface Round {
  readonly outcomes: readonly Outcome[];
  readonly attempted: number;
  /** The repositories that had more tasks than SWR lists at once, and of whose tasks this round has deleted some. */
  readonly unfinished: readonly string[];
}

/** @param before how many deletions the request has cost already. */
async function cleanOnce(
  request: CleanupRequest,
  repositories: readonly string[],
  before: number,
  context: CleanupContext,
): Promise<Round> {
  const plans = await pMap(
    repositories,
    (repository) => planRepository(request, repository, context),
    MAX_CALLS_AT_A_TIME,
  );
  // Only in what becomes of a whole organization does it have to be said which repository is meant.
  const label = ({ repository }: Plan) => (request.repository === undefined ? { repository } : {});
  const settled = plans.flatMap((plan) =>
    plan.settled.map((outcome): Outcome => ({ ...label(plan), ...outcome })),
  );
  for (const outcome of settled) report(outcome, request, context.log);

  const deletions = plans.flatMap((plan) => plan.deletions.map((deletion) => ({ plan, deletion })));
  const excess = excessOf(before, deletions.length, context.safety.maxTasksPerRequest);
  const progress = new Set<string>();
  const carriedOut = await pMap(
    deletions,
    async ({ plan, deletion }): Promise<Outcome> => {
      const result = excess ?? (await carryOut(request, plan.repository, deletion, context));
      if (plan.mayHaveMore && result.outcome === 'deleted') progress.add(plan.repository);
      const outcome = { ...label(plan), ...deletion, ...result };
      report(outcome, request, context.log);
      return outcome;
    },
    MAX_CALLS_AT_A_TIME,
  );
  return { outcomes: [...carriedOut, ...settled], attempted: deletions.length, unfinished: [...progress] };
}

/** The failure of every further deletion of a request that would delete more than it may. */
function excessOf(before: number, count: number, limit: number) {
  if (before + count <= limit) return undefined;
  const done = before === 0 ? 'nothing was deleted' : `only ${before} were deleted`;
  const message = `${done}: it would be ${before + count} tasks, and safety.maxTasksPerRequest is ${limit}`;
  return { outcome: 'failed', code: 'TOO_MANY_TASKS', message, retryable: false } as const;
}

/** Nothing is deleted that is not on the record before. */
async function carryOut(
  request: CleanupRequest,
  repository: string,
  deletion: Deletion,
  context: CleanupContext,
): Promise<Ending> {
  const { deadline, ledger } = context;
  if (!deadline.allowsMore()) return { outcome: 'failed', ...OUT_OF_TIME };
  const intent = { repository, ...deletion };
  try {
    const { begunBefore } = await ledger.intend(request, intent);
    const ending = await deleteTask(request, intent, begunBefore, context);
    // If this fails, the next try finds what was begun, and that it is gone.
    await ledger.settle(request, intent, ending);
    return ending;
  } catch (error) {
    return { outcome: 'failed', ...failureOf(error) };
  }
}

async function deleteTask(
  { namespace }: CleanupRequest,
  { repository, target }: Intent,
  begunBefore: boolean,
  { swr, deadline }: CleanupContext,
): Promise<Ending> {
  try {
    const outcome = await swr.deleteSyncTask(namespace, repository, target, deadline);
    // It was an earlier try that deleted it, and couldn't tell.
    return { outcome: outcome === 'absent' && begunBefore ? 'deleted' : outcome };
  } catch (error) {
    return { outcome: 'failed', ...failureOf(error) };
  }
}

function subjectOf({ repository = '', target }: Outcome): string {
  return `${repository} ${target === undefined ? '' : nameOf(target)}`;
}

function report({ target, ...result }: Outcome, request: CleanupRequest, log: Log): void {
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

function countByKind(outcomes: readonly Outcome[]): Record<Outcome['outcome'], number> {
  const counts = { deleted: 0, absent: 0, kept: 0, failed: 0 };
  for (const { outcome } of outcomes) counts[outcome] += 1;
  return counts;
}
