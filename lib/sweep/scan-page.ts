import pMap from 'p-map';
import { OUT_OF_TIME } from '../cleanup/plan-repository.ts';
import type { Deadline } from '../deadline.ts';
import { type Failure, ServiceError } from '../failure.ts';
import { nameOf } from '../huaweicloud/sync-task.ts';
import { CONCURRENCY, type SweepContext } from './context.ts';
import type { Finding, Organization, Page, Sweep } from './ledger.ts';
import { addCounts, NOTHING } from './report.ts';
import { type Scanned, type Surroundings, scanRepository } from './scan-repository.ts';
import { SourceRepositories } from './source-repositories.ts';
import { TargetOrganizations } from './target-organizations.ts';
import { tryAgain } from './try-again.ts';

/** The most that SWR lists at once. */
const PAGE = 1000;

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
  place: Organization & { readonly offset: number },
  deadline: Deadline,
  context: SweepContext,
): Promise<ScannedPage> {
  const startedAt = Date.now();
  const { account, namespace, offset } = place;
  const organization = { account, namespace };
  const swr = context.accounts.clientOf(account);
  const list = () => swr.listRepositories(namespace, offset, deadline, PAGE);
  const repositories = await tryAgain(list, deadline);
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
  const counts = scanned.map((each) => each.counts).reduce(addCounts, NOTHING);
  const findings = scanned.flatMap(({ finding }) => finding ?? []);
  for (const finding of findings) report(finding, context);
  const sighted = surroundings.sources.sightings.toList();
  const isLast = isWhole && repositories.length < PAGE;
  context.log.info('scanned', { ...place, ...counts, ms: Date.now() - startedAt });
  const next = isLast ? {} : { next: offset + scanned.length };
  return { page: { ...place, counts, ...next, ...(sighted.length > 0 && { sighted }) }, findings };
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
