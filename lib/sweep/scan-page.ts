import pMap from 'p-map';
import { OUT_OF_TIME } from '../cleanup/outcome.ts';
import type { Deadline } from '../deadline.ts';
import { type Failure, ServiceError } from '../failure.ts';
import { INVALID_NAME, nameOf, showName, validateRepository } from '../huaweicloud/names.ts';
import {
  type ListPage,
  type Place,
  readRepositories,
  repositoriesLeft,
} from '../huaweicloud/repository-list.ts';
import { retry } from '../retry.ts';
import {
  addCounts,
  NO_COUNTS,
  type Sweep,
  type SweepFinding,
  type SweptOrganization,
  type SweptPage,
} from './ledger.ts';
import {
  type PageContext,
  type ScannedRepository,
  scanRepository,
  TargetOrganizations,
} from './scan-repository.ts';
import { SourceRepositories } from './source-repositories.ts';
import { MAX_CONCURRENT_CALLS, type SweepContext } from './step.ts';

/** Maximum number of repositories that SWR lists at once, and that one step scans. */
const PAGE_SIZE = 1000;

export interface ScannedPage {
  readonly page: SweptPage;
  readonly findings: readonly SweepFinding[];
}

/**
 * Scans a page of an organization's repositories, as far as the time allows.
 *
 * @throws {ServiceError} if the page can't be listed, if none or fewer than half of its repositories could be scanned, or if
 *   the ledger fails.
 */
export async function scanPage(
  sweep: Sweep,
  { account, namespace, offset, after }: SweptOrganization & Pick<SweptPage, 'offset'> & Place,
  deadline: Deadline,
  context: SweepContext,
): Promise<ScannedPage> {
  const { pageSize = PAGE_SIZE } = context;
  const startedAt = Date.now();
  const organization = { account, namespace };
  const place = { ...organization, offset };
  const swr = context.accounts.clientOf(account);
  const list: ListPage = (from, limit) =>
    retry(() => swr.listRepositories(namespace, from, deadline, limit), deadline);
  const { names, failure } = await readRepositories(namespace, list, pageSize);
  if (failure !== undefined) throw new ServiceError(failure);
  const { valid, invalid } = repositoriesLeft(names, { offset, ...(after !== undefined && { after }) });
  const repositories = valid.slice(0, pageSize);
  const pageContext: PageContext = {
    sweep,
    organization,
    swr,
    targets: new TargetOrganizations(context, deadline),
    sources: new SourceRepositories(context, sweep, organization, deadline),
    deadline,
  };
  const scanned = await scanAll(repositories, pageContext, context);
  const isWhole = scanned.length === repositories.length;
  requireMost(scanned, isWhole, place);
  for (const name of invalid) logInvalid(name, organization, context);
  const unnamed = { ...NO_COUNTS, repositories: invalid.length, unread: invalid.length };
  const counts = scanned.map((each) => each.counts).reduce(addCounts, unnamed);
  const findings = scanned.flatMap(({ finding }) => finding ?? []);
  for (const finding of findings) logFinding(finding, context);
  const sighted = pageContext.sources.sightings.toList();
  context.log.info('scanned', { ...place, ...counts, ms: Date.now() - startedAt });
  const last = repositories[scanned.length - 1];
  const next = last !== undefined &&
    scanned.length < valid.length && { next: offset + scanned.length, after: last };
  return { page: { ...place, counts, ...next, ...(sighted.length > 0 && { sighted }) }, findings };
}

function logInvalid(name: string, organization: SweptOrganization, { log }: SweepContext): void {
  const message = validateRepository(name);
  log.warn('unread', { ...organization, repository: showName(name), code: INVALID_NAME, message });
}

/** Scans repositories; the results are in their order, up to the first repository without time left. */
async function scanAll(
  repositories: readonly string[],
  pageContext: PageContext,
  context: SweepContext,
): Promise<ScannedRepository[]> {
  const scanned: ScannedRepository[] = [];
  let end = repositories.length;
  await pMap(
    repositories,
    async (repository, index) => {
      if (index >= end) return;
      // They start in their order, so all previous ones have started.
      if (pageContext.deadline.allowsMore())
        scanned[index] = await scanRepository(repository, pageContext, context);
      else end = index;
    },
    { concurrency: context.concurrency ?? MAX_CONCURRENT_CALLS },
  );
  return scanned.slice(0, end);
}

/** @throws {ServiceError} if the sweep has not seen most of the repositories: it must not decide then. */
function requireMost(
  scanned: readonly ScannedRepository[],
  isWhole: boolean,
  { account, namespace, offset }: SweptOrganization & { readonly offset: number },
): void {
  if (scanned.length === 0 && !isWhole) throw new ServiceError(OUT_OF_TIME);
  const failures = scanned.flatMap(({ failure }): Failure[] => (failure === undefined ? [] : [failure]));
  const [first] = failures;
  if (first === undefined || failures.length * 2 <= scanned.length) return;
  const which = `${failures.length} of ${scanned.length} repositories of ${namespace} in account ${account} from offset ${offset}`;
  throw new ServiceError({
    ...first,
    message: `Could not list the tasks of ${which}. First failure: ${first.message}`,
  });
}

function logFinding({ account, namespace, repository, tasks }: SweepFinding, { log }: SweepContext): void {
  for (const { target, reasons } of tasks)
    log.info('found', { account, namespace, repository, target: nameOf(target), reasons });
}
