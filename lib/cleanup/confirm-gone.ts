import pMap from 'p-map';
import type { Deadline } from '../deadline.ts';
import { failureOf } from '../failure.ts';
import { nameOf, type Target } from '../huaweicloud/names.ts';
import { lowerAscii } from '../lower-ascii.ts';
import type { Outcome } from './outcome.ts';
import type { CleanupRequest } from './request.ts';

/** Number of names in a message. */
const MAX_NAMED = 10;
/** Concurrent checks of one request. */
const CONCURRENCY = 4;

/** `unknown`: the source gave no definite answer; nothing may be deleted because of it. */
export type Existence = 'gone' | 'exists' | 'unknown';

/**
 * Receives what an answer shows about the rights of the credentials. `private`: it shows a private repository of this owner.
 * `unproven`: a repository of this owner is said to be gone, and no canary shows that the credentials may see it.
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
  /** Its full name there. Missing if the route may lead there, but doesn't tell from which repository. */
  readonly repository?: string;
  /** The tasks that the route covers; every one if missing. */
  readonly targets?: readonly Target[];
}

/** The two questions about sources that a cleanup may have to answer before it deletes. */
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

/** Whether the route from a source repository covers a task with that target. */
export function coversTarget({ targets }: SourceRepository, target: Target): boolean {
  return targets === undefined || targets.some((each) => nameOf(each) === nameOf(target));
}

/**
 * Asks every source that has to say that something is gone before a request may delete anything.
 *
 * @returns why nothing may be deleted yet; undefined if all of it is gone. One that is still there keeps the tasks, whatever
 *   is known of the others.
 */
export async function confirmGone(
  request: CleanupRequest,
  account: string,
  deadline: Deadline,
  { checkExistence, findSources }: SourceChecks,
): Promise<Outcome | undefined> {
  const { source = '', sourceRepository, sourceOrganization, namespace, repository, targets } = request;
  const questions = new Map<string, Parameters<CheckExistence>>();
  const undecided: string[] = [];
  const add = (from: string, name: string) =>
    questions.set(keyOfSource(from, name), [from, name, deadline, 'repository']);
  if (request.checkAllSources) {
    const origins: readonly SourceRepository[] =
      repository === undefined ? [{ source: 'any source' }] : findSources({ account, namespace, repository });
    for (const origin of origins) {
      if (targets?.every((target) => !coversTarget(origin, target))) continue;
      if (origin.repository !== undefined) add(origin.source, origin.repository);
      else undecided.push(`whatever of ${origin.source} leads to ${namespace}/${repository ?? '*'}`);
    }
  }
  if (sourceRepository !== undefined) add(source, sourceRepository);
  if (sourceOrganization !== undefined)
    questions.set('', [source, sourceOrganization, deadline, 'organization']);
  const answers = await pMap(
    questions.values(),
    async (question): Promise<Outcome | undefined> => {
      const subject = `${question[0]}:${question[1]}`;
      try {
        const existence = await checkExistence(...question);
        if (existence === 'exists')
          return { outcome: 'kept', reason: 'still at the source', livingSource: subject };
        if (existence === 'unknown') undecided.push(subject);
        return undefined;
      } catch (error) {
        return { outcome: 'failed', ...failureOf(error) };
      }
    },
    { concurrency: CONCURRENCY },
  );
  const stays = answers.filter((answer) => answer !== undefined);
  const first = stays.find(({ outcome }) => outcome === 'kept') ?? stays[0];
  if (first !== undefined || undecided.length === 0) return first;
  const named = undecided.slice(0, MAX_NAMED).join(', ');
  const message = `no definite answer from the source about these ${undecided.length}: ${named}`;
  return { outcome: 'failed', code: 'SOURCE_UNDECIDED', message, retryable: true };
}
