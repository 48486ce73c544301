import { INVALID_NAME, showName, validateRepository } from '../huaweicloud/names.ts';
import { type ListPage, readRepositories, repositoriesLeft } from '../huaweicloud/repository-list.ts';
import { retry } from '../retry.ts';
import { type CleanRepositories, cleanPage } from './clean-page.ts';
import { type CleanupResult, failuresOf, type Outcome, TOO_MANY_TASKS } from './outcome.ts';
import type { CleanupContext } from './plan-repository.ts';
import type { CleanupRequest } from './request.ts';

/** SWR would list 1,000 at once, but with all of their tags that may be a long answer. */
const REPOSITORIES_A_PAGE = 100;

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
  cleanRepositories: CleanRepositories,
): Promise<Pick<CleanupResult, 'outcomes' | 'rest'>> {
  const { swr, deadline, log } = context;
  const { namespace } = request;
  const list: ListPage = (offset, limit) => {
    const call = () => swr.listRepositories(namespace, offset, deadline, limit);
    // Before the first page nothing is done yet, and the queue waits longer.
    return offset === 0 ? call() : retry(call, deadline);
  };
  const { names, failure } = await readRepositories(namespace, list, REPOSITORIES_A_PAGE);
  const { valid, invalid } = repositoriesLeft(names, request);
  const outcomes: Outcome[] = invalid.map((name) => {
    const message = validateRepository(name) ?? '';
    return { outcome: 'failed', repository: showName(name), code: INVALID_NAME, message, retryable: false };
  });
  // The rest of a list that lacks repositories would lack them too.
  if (failure !== undefined) outcomes.push({ outcome: 'failed', ...failure });
  for (const { outcome, ...failed } of failuresOf(outcomes)) log.warn(outcome, { namespace, ...failed });
  for (let done = 0; done < valid.length; done += REPOSITORIES_A_PAGE) {
    const rest = failure === undefined && { rest: restOf(request, valid, done) };
    if (done > 0 && !deadline.allowsMore()) return { outcomes, ...rest };
    const page = valid.slice(done, done + REPOSITORIES_A_PAGE);
    const cleaned = await cleanPage(request, page, context, cleanRepositories);
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
