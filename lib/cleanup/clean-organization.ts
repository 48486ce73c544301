import { pause as pauseFor } from '../clock.ts';
import { INVALID_NAME, showName, validateRepository } from '../huaweicloud/names.ts';
import { type ListPage, readRepositories, repositoriesLeft } from '../huaweicloud/repository-list.ts';
import { retry } from '../retry.ts';
import { cleanRepositories } from './clean-repositories.ts';
import { type CleanupResult, failuresOf, type Outcome, subjectOf, TOO_MANY_TASKS } from './outcome.ts';
import type { CleanupContext } from './plan-repository.ts';
import { waitOf } from './remainder.ts';
import type { CleanupRequest } from './request.ts';

/** SWR would list 1,000 at once, but with all of their tags that may be a long answer. */
const PAGE_SIZE = 100;

const MORE_ROUNDS = 3;
const FIRST_PAUSE_MS = 500;
/** A longer wait is left to the queue. */
const MAX_PAUSE_MS = 5000;

/**
 * Cleans every repository of an organization in the order of their names, 100 at a time. Where the time is over, or a page has a
 * transient failure, the rest is a smaller request, which begins with that page: so a large organization ends after several
 * messages. A list that may lack repositories is cleaned as far as it goes, and is a transient failure of the whole request.
 *
 * @throws {HuaweiCloudError} if not even the first page can be listed.
 */
export async function cleanOrganization(
  request: CleanupRequest,
  context: CleanupContext,
): Promise<Pick<CleanupResult, 'outcomes' | 'rest'>> {
  const { swr, deadline, log, pageSize = PAGE_SIZE } = context;
  const { namespace } = request;
  const list: ListPage = (offset, limit) => {
    const call = () => swr.listRepositories(namespace, offset, deadline, limit);
    // Before the first page nothing is done yet, and the queue waits longer.
    return offset === 0 ? call() : retry(call, deadline);
  };
  const { names, failure } = await readRepositories(namespace, list, pageSize);
  const { valid, invalid } = repositoriesLeft(names, request);
  const outcomes: Outcome[] = invalid.map((name) => {
    const message = validateRepository(name) ?? '';
    return { outcome: 'failed', repository: showName(name), code: INVALID_NAME, message, retryable: false };
  });
  // The rest of a list that lacks repositories would lack them too.
  if (failure !== undefined) outcomes.push({ outcome: 'failed', ...failure });
  for (const { outcome, ...failed } of failuresOf(outcomes)) log.warn(outcome, { namespace, ...failed });
  for (let done = 0; done < valid.length; done += pageSize) {
    const rest = failure === undefined && { rest: restOf(request, valid, done) };
    if (done > 0 && !deadline.allowsMore()) return { outcomes, ...rest };
    const page = valid.slice(done, done + pageSize);
    const cleaned = await cleanPage(request, page, context);
    outcomes.push(...cleaned);
    const failures = failuresOf(cleaned);
    if (failures.some(({ retryable }) => retryable)) return { outcomes, ...rest };
    if (failures.some(({ code }) => code === TOO_MANY_TASKS)) return { outcomes };
  }
  return { outcomes };
}

/** The request for the repositories behind those that are done. */
function restOf(request: CleanupRequest, valid: readonly string[], done: number): CleanupRequest {
  const after = valid[done - 1];
  if (after === undefined) return { offset: 0, ...request };
  return { ...request, offset: (request.offset ?? 0) + done, after };
}

/**
 * Cleans one page of an organization's repositories, and a few times more those in which something failed that may pass: of a
 * hundred calls there is nearly always one that fails, and all of them would come back for it. Where more than half of the page
 * fails it is not worth it: then the cloud is in trouble, and the queue waits longer than we could.
 */
async function cleanPage(
  request: CleanupRequest,
  repositories: readonly string[],
  context: CleanupContext,
): Promise<readonly Outcome[]> {
  const { deadline, pause = pauseFor } = context;
  let outcomes = await cleanRepositories(request, repositories, context);
  for (let round = 0; round < MORE_ROUNDS; round += 1) {
    const failed = repositoriesToTry(outcomes);
    if (failed.length === 0 || failed.length > repositories.length / 2) break;
    const pauseMs = Math.max(1000 * (waitOf(failuresOf(outcomes)) ?? 0), FIRST_PAUSE_MS * 2 ** round);
    if (pauseMs > Math.min(MAX_PAUSE_MS, deadline.remainingMs())) break;
    await pause(pauseMs);
    if (!deadline.allowsMore()) break;
    const again = await cleanRepositories(request, failed, { ...context, repeated: true });
    outcomes = merge(outcomes, again, new Set(failed));
  }
  return outcomes;
}

/** Those with a failure that may pass; none where the whole is too much already. */
function repositoriesToTry(outcomes: readonly Outcome[]): string[] {
  const all = failuresOf(outcomes);
  if (all.some(({ code }) => code === TOO_MANY_TASKS)) return [];
  const failures = all.filter(({ retryable }) => retryable);
  return [...new Set(failures.flatMap(({ repository }) => (repository === undefined ? [] : [repository])))];
}

/** What has come to its end in an earlier round stays as it was: in a later one it would be `absent`, or not there at all. */
function merge(
  before: readonly Outcome[],
  again: readonly Outcome[],
  repositories: ReadonlySet<string>,
): Outcome[] {
  const kept = before.filter(
    (each) => !repositories.has(each.repository ?? '') || each.outcome === 'deleted',
  );
  const known = new Set(kept.map(subjectOf));
  return [...kept, ...again.filter((each) => !known.has(subjectOf(each)))];
}
