import pMap from 'p-map';
import type { Deadline } from '../deadline.ts';
import { failureOf } from '../failure.ts';
import { keyOfSource, meansTarget, type Origin } from '../routing/find-sources.ts';
import type { AskSource } from '../sources/check-existence.ts';
import type { Outcome } from './outcome.ts';
import type { CleanupRequest } from './request.ts';

/** Number of names in a message. */
const MAX_NAMED = 10;
/** Questions of one request at a time. */
const CONCURRENCY = 4;

export interface Questions {
  readonly askSource: AskSource;
  /** Finds the source repositories that lead to a repository of SWR. */
  readonly findSources: (place: {
    readonly account: string;
    readonly namespace: string;
    readonly repository: string;
  }) => readonly Origin[];
}

/**
 * Asks every source that has to say that something is gone before a request may delete anything.
 *
 * @returns why nothing may be deleted yet; undefined if all of it is gone. One that is still there keeps the tasks, whatever
 *   is known of the others.
 */
export async function askFirst(
  request: CleanupRequest,
  account: string,
  deadline: Deadline,
  { askSource, findSources }: Questions,
): Promise<Outcome | undefined> {
  const { source = '', sourceRepository, sourceOrganization, namespace, repository, targets } = request;
  const questions = new Map<string, Parameters<AskSource>>();
  const undecided: string[] = [];
  const add = (from: string, name: string) =>
    questions.set(keyOfSource(from, name), [from, name, deadline, 'repository']);
  if (request.checkAllSources) {
    const origins: readonly Origin[] =
      repository === undefined ? [{ source: 'any source' }] : findSources({ account, namespace, repository });
    for (const origin of origins) {
      if (targets?.every((target) => !meansTarget(origin, target))) continue;
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
        const existence = await askSource(...question);
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
