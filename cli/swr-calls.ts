import { setTimeout as pause } from 'node:timers/promises';
import { UsageError } from '../command-line/options.ts';
import { OUT_OF_TIME } from '../lib/cleanup/outcome.ts';
import { type Failure, failureOf, ServiceError } from '../lib/failure.ts';
import { Accounts } from '../lib/huaweicloud/accounts.ts';
import { parseCredentials } from '../lib/huaweicloud/credentials.ts';
import { readRepositories } from '../lib/huaweicloud/repository-list.ts';
import type { SwrClient } from '../lib/huaweicloud/swr.ts';
import { StoredSecret } from '../lib/stored-secret.ts';
import type { Run } from './run.ts';
import type { Stage } from './stage.ts';

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 500;
/** Longest pause without a word to the person who waits. */
const LONGEST_PAUSE_MS = 30_000;
/** Largest page of SWR. */
const MAX_PAGE_SIZE = 1000;

export type Calls = Pick<
  SwrClient,
  'listSyncTasks' | 'createSyncTask' | 'listRepositories' | 'listOrganizations'
>;

/**
 * Opens the clients of all accounts.
 *
 * @param needed accounts that will be called.
 * @throws {UsageError} if one of these has no usable credentials or endpoints.
 */
export async function openAccounts(
  { config, readSecret }: Stage,
  needed: readonly string[],
  { log }: Run,
): Promise<Accounts> {
  const accounts = new Accounts(config.accounts, readSecret, log);
  for (const name of needed) {
    const reference = config.accounts[name]?.credentials;
    // An account that isn't configured fails at its first call.
    if (reference === undefined) continue;
    try {
      accounts.clientOf(name);
      await new StoredSecret(reference, readSecret, parseCredentials, { of: `account ${name}` }).get();
    } catch (error) {
      if (!(error instanceof ServiceError) || error.failure.retryable) throw error;
      throw new UsageError(error.message, { cause: error });
    }
  }
  return accounts;
}

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

/**
 * Lists all repositories of an organization, or those of the first pages if it is interrupted.
 *
 * @throws {ServiceError} `LIST_CHANGED` if the list kept changing.
 */
export async function listRepositoriesOf(
  swr: Calls,
  namespace: string,
  { interruption }: Run,
): Promise<readonly string[]> {
  if (interruption.interrupted) return [];
  const list = (offset: number, limit: number) => {
    if (interruption.interrupted) throw new ServiceError(OUT_OF_TIME);
    return swr.listRepositories(namespace, offset, interruption, limit);
  };
  const { names, failure } = await readRepositories(namespace, list, MAX_PAGE_SIZE);
  if (failure !== undefined && !interruption.interrupted) throw new ServiceError(failure);
  return names;
}
