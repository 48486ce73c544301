import { pause as pauseFor } from '../clock.ts';
import { INVALID_NAME, showName, validateRepository } from '../huaweicloud/names.ts';
import { type ListPage, readRepositories, repositoriesLeft } from '../huaweicloud/repository-list.ts';
import { retry } from '../retry.ts';
import { cleanRepositories } from './clean-repositories.ts';
import {
  type CleanupResult,
  failedOutcomes,
  type Outcome,
  outcomeKey,
  TOO_MANY_TASKS,
  waitOf,
} from './outcome.ts';
import type { CleanupContext } from './plan-repository.ts';
import type { CleanupRequest } from './request.ts';

/** SWR lists up to 1,000 at once, but with all of their tags that may be a long answer. */
const REPOSITORIES_PER_PAGE = 100;

const MAX_RETRIES = 3;
/** Pause before the first retry, doubled for each further one. */
const MIN_PAUSE_MS = 500;
/** The queue waits longer. */
const MAX_PAUSE_MS = 5000;

/**
 * Cleans every repository of an organization in the order of their names, in pages of 100. At the deadline, or after a
 * transient failure, `rest` is a smaller request that begins with that page: a large organization takes several messages. The
 * known part of an incomplete list is cleaned, and the whole request gets a transient failure.
 *
 * @throws {HuaweiCloudError} if not even the first page can be listed.
 */
export async function cleanOrganization(
  request: CleanupRequest,
  context: CleanupContext,
): Promise<Pick<CleanupResult, 'outcomes' | 'rest'>> {
  const { swr, deadline, log, pageSize = REPOSITORIES_PER_PAGE } = context;
  const { namespace } = request;
  const list: ListPage = (offset, limit) => {
    const call = () => swr.listRepositories(namespace, offset, deadline, limit);
    // Before the first page nothing is done yet: the queue retries, after a longer wait.
    return offset === 0 ? call() : retry(call, deadline);
  };
  const { names, failure } = await readRepositories(namespace, list, pageSize);
  const { valid, invalid } = repositoriesLeft(names, request);
  const outcomes: Outcome[] = invalid.map((name) => {
    const message = validateRepository(name) ?? '';
    return { outcome: 'failed', repository: showName(name), code: INVALID_NAME, message, retryable: false };
  });
  // The rest of an incomplete list would lack the same repositories.
  if (failure !== undefined) outcomes.push({ outcome: 'failed', ...failure });
  for (const { outcome, ...failed } of failedOutcomes(outcomes)) log.warn(outcome, { namespace, ...failed });
  for (let done = 0; done < valid.length; done += pageSize) {
    const rest = failure === undefined && { rest: restOf(request, valid, done) };
    if (done > 0 && !deadline.allowsMore()) return { outcomes, ...rest };
    const page = valid.slice(done, done + pageSize);
    const cleaned = await cleanPage(request, page, context);
    outcomes.push(...cleaned);
    const failures = failedOutcomes(cleaned);
    if (failures.some(({ retryable }) => retryable)) return { outcomes, ...rest };
    if (failures.some(({ code }) => code === TOO_MANY_TASKS)) return { outcomes };
  }
  return { outcomes };
}

/** Request for the repositories after the first `done` ones. */
function restOf(request: CleanupRequest, valid: readonly string[], done: number): CleanupRequest {
  const after = valid[done - 1];
  if (after === undefined) return { offset: 0, ...request };
  return { ...request, offset: (request.offset ?? 0) + done, after };
}

/**
 * Cleans one page of an organization's repositories, and retries those with a transient failure: of a hundred calls one nearly
 * always fails, and would return the whole page to the queue. If more than half of the page fails, the cloud is in trouble, and
 * the queue waits longer than this function can.
 */
async function cleanPage(
  request: CleanupRequest,
  repositories: readonly string[],
  context: CleanupContext,
): Promise<readonly Outcome[]> {
  const { deadline, pause = pauseFor } = context;
  let outcomes = await cleanRepositories(request, repositories, context);
  for (let round = 0; round < MAX_RETRIES; round += 1) {
    const failed = repositoriesToRetry(outcomes);
    if (failed.length === 0 || failed.length > repositories.length / 2) break;
    const pauseMs = Math.max(1000 * (waitOf(failedOutcomes(outcomes)) ?? 0), MIN_PAUSE_MS * 2 ** round);
    if (pauseMs > Math.min(MAX_PAUSE_MS, deadline.remainingMs())) break;
    await pause(pauseMs);
    if (!deadline.allowsMore()) break;
    const again = await cleanRepositories(request, failed, { ...context, repeated: true });
    outcomes = mergeRounds(outcomes, again, new Set(failed));
  }
  return outcomes;
}

/** Repositories with a transient failure; none if the request is over its limit. */
function repositoriesToRetry(outcomes: readonly Outcome[]): string[] {
  const all = failedOutcomes(outcomes);
  if (all.some(({ code }) => code === TOO_MANY_TASKS)) return [];
  const failures = all.filter(({ retryable }) => retryable);
  return [...new Set(failures.flatMap(({ repository }) => (repository === undefined ? [] : [repository])))];
}

/** Merges two rounds. A deletion of the earlier one stays: the later one lists the task as `absent`, or not at all. */
function mergeRounds(
  before: readonly Outcome[],
  again: readonly Outcome[],
  repositories: ReadonlySet<string>,
): Outcome[] {
  const kept = before.filter(
    (each) => !repositories.has(each.repository ?? '') || each.outcome === 'deleted',
  );
  const known = new Set(kept.map(outcomeKey));
  return [...kept, ...again.filter((each) => !known.has(outcomeKey(each)))];
}
