import { setTimeout as pause } from 'node:timers/promises';
import { type Failure, failureOf } from '../lib/failure.ts';
import type { SwrClient } from '../lib/huaweicloud/swr.ts';
import type { Run } from './run.ts';

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 500;
/** Longest pause without a word to the person who waits. */
const LONGEST_PAUSE_MS = 30_000;

type Calls = Pick<SwrClient, 'listSyncTasks' | 'createSyncTask' | 'listRepositories' | 'listOrganizations'>;

/**
 * Waits before the next attempt, as the queue does for the functions.
 *
 * @param attempt that has failed, counted from 1.
 * @returns false if there is to be no other attempt, or after Ctrl-C.
 */
export async function waitToRetry(
  attempt: number,
  { retryable, retryAfterSeconds }: Pick<Failure, 'retryable' | 'retryAfterSeconds'>,
  { interruption: { signal }, firstPauseMs = FIRST_PAUSE_MS }: Run,
): Promise<boolean> {
  const pauseMs =
    retryAfterSeconds === undefined
      ? firstPauseMs * 2 ** (attempt - 1) * (0.5 + Math.random())
      : retryAfterSeconds * 1000;
  if (!retryable || attempt === ATTEMPTS || pauseMs > LONGEST_PAUSE_MS) return false;
  await pause(pauseMs, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}

/** Client that retries calls after transient failures. */
export function retryingClient(swr: Calls, run: Run): Calls {
  const retry = async <T>(call: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call();
      } catch (error) {
        if (!(await waitToRetry(attempt, failureOf(error), run))) throw error;
      }
    }
  };
  return {
    listSyncTasks: (...args) => retry(() => swr.listSyncTasks(...args)),
    createSyncTask: (...args) => retry(() => swr.createSyncTask(...args)),
    listRepositories: (...args) => retry(() => swr.listRepositories(...args)),
    listOrganizations: (...args) => retry(() => swr.listOrganizations(...args)),
  };
}
