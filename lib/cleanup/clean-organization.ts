import { REPOSITORY_PAGE } from '../huaweicloud/swr.ts';
import { type CleanRepositories, cleanPage } from './clean-page.ts';
import { type CleanupResult, failuresOf, type Outcome, TOO_MANY_TASKS } from './outcome.ts';
import type { CleanupContext } from './plan-repository.ts';
import type { CleanupRequest } from './request.ts';

/**
 * Cleans every repository of an organization, page by page. Where the time is over, or a page has a failure that will
 * pass, the rest is a smaller request, which begins with that page: so a large organization ends after several messages.
 *
 * @throws {HuaweiCloudError} if not even the first page can be listed.
 */
export async function cleanOrganization(
  request: CleanupRequest,
  context: CleanupContext,
  cleanRepositories: CleanRepositories,
): Promise<Pick<CleanupResult, 'outcomes' | 'rest'>> {
  const { swr, deadline } = context;
  const { namespace, offset: start = 0 } = request;
  const outcomes: Outcome[] = [];
  for (let offset = start; ; offset += REPOSITORY_PAGE) {
    const rest = { ...request, offset };
    if (offset > start && !deadline.allowsMore()) return { outcomes, rest };
    let page: readonly string[];
    try {
      page = await swr.listRepositories(namespace, offset, deadline);
    } catch (error) {
      // What is done stays done; if it fails again, it is the rest that fails.
      if (offset > start) return { outcomes, rest };
      throw error;
    }
    const cleaned = await cleanPage(request, page, context, cleanRepositories);
    outcomes.push(...cleaned);
    const failures = failuresOf(cleaned);
    if (failures.some(({ retryable }) => retryable)) return { outcomes, rest };
    if (failures.some(({ code }) => code === TOO_MANY_TASKS) || page.length < REPOSITORY_PAGE) {
      return { outcomes };
    }
  }
}
