import pMap from 'p-map';
import type { Deadline } from '../deadline.ts';
import { failureOf } from '../failure.ts';
import { nameOf, type Target } from '../huaweicloud/names.ts';
import { lowerAscii } from '../lower-ascii.ts';
import type { Outcome } from './outcome.ts';
import type { CleanupRequest } from './request.ts';

/** Maximum number of names in a message. */
const MAX_NAMED = 10;
/** Concurrent checks of one request. */
const MAX_CONCURRENT_CHECKS = 4;

/** `unknown`: the source gave no definite answer; nothing may be deleted because of it. */
export type Existence = 'gone' | 'exists' | 'unknown';

/**
 * Receives evidence of the rights of the credentials. `private`: they see a private repository of this owner. `unproven`: a
 * repository of this owner is gone, and no canary shows that the credentials may see it.
 */
export type NoteEvidence = (evidence: 'private' | 'unproven', owner: string) => void;

/**
 * Checks whether a configured source still has a repository or an organization.
 *
 * @throws {ServiceError} if the source has no API for it, or its credentials can't be read.
 */
export type CheckExistence = (
  source: string,
  name: string,
  deadline: Deadline,
  kind?: 'repository' | 'organization',
  note?: NoteEvidence,
) => Promise<Existence>;

/** A repository of a source whose deletion a route leads to a repository of SWR. */
export interface SourceRepository {
  readonly source: string;
  /** Full name at the source. Missing if the route doesn't determine it. */
  readonly repository?: string;
  /** Targets that the route covers; all if missing. */
  readonly targets?: readonly Target[];
}

/** Ports to the sources: existence checks, and the source repositories of an image. */
export interface SourceChecks {
  readonly checkExistence: CheckExistence;
  /** Finds the source repositories that lead to a repository of SWR. */
  readonly findSources: (place: {
    readonly account: string;
    readonly namespace: string;
    readonly repository: string;
  }) => readonly SourceRepository[];
}

/** Key of a source repository: the same for every spelling, since ASCII case does not count. */
export function keyOfSource(source: string, repository: string): string {
  return `${source}:${lowerAscii(repository)}`;
}

/** Checks that the route from a source repository covers a target. */
export function coversTarget({ targets }: SourceRepository, target: Target): boolean {
  return targets === undefined || targets.some((each) => nameOf(each) === nameOf(target));
}

/**
 * Checks every source whose repository or organization must be gone before a request may delete anything.
 *
 * @returns the reason to delete nothing; undefined if everything is gone. A source repository that exists keeps the tasks,
 *   whatever the other checks return.
 */
export async function confirmGone(
  request: CleanupRequest,
  account: string,
  deadline: Deadline,
  { checkExistence, findSources }: SourceChecks,
): Promise<Outcome | undefined> {
  const { source = '', sourceRepository, sourceOrganization, namespace, repository, targets } = request;
  const checks = new Map<string, Parameters<CheckExistence>>();
  const undecided: string[] = [];
  const add = (from: string, name: string) =>
    checks.set(keyOfSource(from, name), [from, name, deadline, 'repository']);
  if (request.checkAllSources) {
    const origins: readonly SourceRepository[] =
      repository === undefined ? [{ source: 'any source' }] : findSources({ account, namespace, repository });
    for (const origin of origins) {
      if (targets?.every((target) => !coversTarget(origin, target))) continue;
      if (origin.repository !== undefined) add(origin.source, origin.repository);
      else
        undecided.push(
          `every repository of ${origin.source} that leads to ${namespace}/${repository ?? '*'}`,
        );
    }
  }
  if (sourceRepository !== undefined) add(source, sourceRepository);
  if (sourceOrganization !== undefined)
    checks.set('', [source, sourceOrganization, deadline, 'organization']);
  const results = await pMap(
    checks.values(),
    async (check): Promise<Outcome | undefined> => {
      const subject = `${check[0]}:${check[1]}`;
      try {
        const existence = await checkExistence(...check);
        if (existence === 'exists')
          return { outcome: 'kept', reason: 'still at the source', livingSource: subject };
        if (existence === 'unknown') undecided.push(subject);
        return undefined;
      } catch (error) {
        return { outcome: 'failed', ...failureOf(error) };
      }
    },
    { concurrency: MAX_CONCURRENT_CHECKS },
  );
  const blocking = results.filter((result) => result !== undefined);
  const first = blocking.find(({ outcome }) => outcome === 'kept') ?? blocking[0];
  if (first !== undefined || undecided.length === 0) return first;
  const named = undecided.slice(0, MAX_NAMED).join(', ');
  const total = undecided.length > MAX_NAMED ? ` (${undecided.length} in total)` : '';
  const message = `No definite answer from the source about ${named}${total}`;
  return { outcome: 'failed', code: 'SOURCE_UNDECIDED', message, retryable: true };
}
