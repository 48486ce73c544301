import pMap from 'p-map';
import { OUT_OF_TIME } from '../cleanup/plan-repository.ts';
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
import { CONCURRENCY, type SweepContext } from './context.ts';
import type { Finding, Organization, Page, Sweep } from './ledger.ts';
import { addCounts, NOTHING } from './report.ts';
import { type Scanned, type Surroundings, scanRepository } from './scan-repository.ts';
import { SourceRepositories } from './source-repositories.ts';
import { TargetOrganizations } from './target-organizations.ts';

/** The most that SWR lists at once, and that one step looks at. */
const PAGE_SIZE = 1000;

export interface ScannedPage {
  readonly page: Page;
  readonly findings: readonly Finding[];
}

/**
 * Looks at a page of an organization's repositories, or at as many of them as there is time for.
 *
 * @throws {ServiceError} if the page can't be listed, if not one of its repositories or fewer than half of them could be
 *   looked at, or if the ledger fails.
 */
export async function scanPage(
  sweep: Sweep,
  { account, namespace, offset, after }: Organization & Pick<Page, 'offset'> & Place,
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
  const surroundings: Surroundings = {
    sweep,
    organization,
    swr,
    targets: new TargetOrganizations(context, deadline),
    sources: await SourceRepositories.of(context, sweep, organization, deadline),
    deadline,
  };
  const scanned = await scanAll(repositories, surroundings, context);
  const isWhole = scanned.length === repositories.length;
  requireMost(scanned, isWhole, place);
  for (const name of invalid) reportInvalid(name, organization, context);
  const unnamed = { ...NOTHING, repositories: invalid.length, unread: invalid.length };
  const counts = scanned.map((each) => each.counts).reduce(addCounts, unnamed);
  const findings = scanned.flatMap(({ finding }) => finding ?? []);
  for (const finding of findings) report(finding, context);
  const sighted = surroundings.sources.sightings.toList();
  context.log.info('scanned', { ...place, ...counts, ms: Date.now() - startedAt });
  const last = repositories[scanned.length - 1];
  const next = last !== undefined &&
    scanned.length < valid.length && { next: offset + scanned.length, after: last };
  return { page: { ...place, counts, ...next, ...(sighted.length > 0 && { sighted }) }, findings };
}

function reportInvalid(name: string, organization: Organization, { log }: SweepContext): void {
  const message = validateRepository(name);
  log.warn('unread', { ...organization, repository: showName(name), code: INVALID_NAME, message });
}

/** @returns of each repository in their order, up to the first one for which there was no time. */
async function scanAll(
  repositories: readonly string[],
  surroundings: Surroundings,
  context: SweepContext,
): Promise<Scanned[]> {
  const scanned: Scanned[] = [];
  let end = repositories.length;
  await pMap(
    repositories,
    async (repository, index) => {
      if (index >= end) return;
      // They begin in their order, so every one before has begun.
      if (surroundings.deadline.allowsMore())
        scanned[index] = await scanRepository(repository, surroundings, context);
      else end = index;
    },
    { concurrency: context.concurrency ?? CONCURRENCY },
  );
  return scanned.slice(0, end);
}

/** A sweep that couldn't see most of what is there must not decide anything. */
function requireMost(
  scanned: readonly Scanned[],
  isWhole: boolean,
  { account, namespace, offset }: Organization & { readonly offset: number },
): void {
  if (scanned.length === 0 && !isWhole) throw new ServiceError(OUT_OF_TIME);
  const failures = scanned.flatMap(({ failure }): Failure[] => (failure === undefined ? [] : [failure]));
  const [first] = failures;
  if (first === undefined || failures.length * 2 <= scanned.length) return;
  const which = `${failures.length} of ${scanned.length} repositories of ${namespace} in account ${account} from number ${offset} on`;
  throw new ServiceError({
    ...first,
    message: `the tasks of ${which} could not be listed, the first time because: ${first.message}`,
  });
}

function report({ account, namespace, repository, tasks }: Finding, { log }: SweepContext): void {
  for (const { target, reasons } of tasks)
    log.info('found', { account, namespace, repository, target: nameOf(target), reasons });
}
