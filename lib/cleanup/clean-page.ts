import { failuresOf, type Outcome, subjectOf, TOO_MANY_TASKS } from './outcome.ts';
import type { CleanupContext } from './plan-repository.ts';
import { waitOf } from './remainder.ts';
import type { CleanupRequest } from './request.ts';

export type CleanRepositories = (
  request: CleanupRequest,
  repositories: readonly string[],
  context: CleanupContext,
) => Promise<readonly Outcome[]>;

const MORE_ROUNDS = 3;
const FIRST_PAUSE_MS = 500;
/** A longer wait is left to the queue. */
const MAX_PAUSE_MS = 5000;

/**
 * Cleans one page of an organization's repositories, and a few times more those in which something failed that may pass: of a
 * hundred calls there is nearly always one that fails, and all of them would come back for it. Where more than half of the page
 * fails it is not worth it: then the cloud is in trouble, and the queue waits longer than we could.
 */
export async function cleanPage(
  request: CleanupRequest,
  repositories: readonly string[],
  context: CleanupContext,
  cleanRepositories: CleanRepositories,
): Promise<readonly Outcome[]> {
  const { deadline, firstPauseMs = FIRST_PAUSE_MS } = context;
  let outcomes = await cleanRepositories(request, repositories, context);
  for (let round = 0; round < MORE_ROUNDS; round += 1) {
    const failed = repositoriesToTry(outcomes);
    if (failed.length === 0 || failed.length > repositories.length / 2) break;
    const pauseMs = Math.max(1000 * (waitOf(failuresOf(outcomes)) ?? 0), firstPauseMs * 2 ** round);
    if (pauseMs > Math.min(MAX_PAUSE_MS, deadline.remainingMs())) break;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
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
