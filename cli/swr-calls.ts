import { setTimeout as wait } from 'node:timers/promises';
import { UsageError } from '../command-line/options.ts';
import { OUT_OF_TIME } from '../lib/cleanup/outcome.ts';
import { ServiceError } from '../lib/failure.ts';
import { Accounts } from '../lib/huaweicloud/accounts.ts';
import { parseCredentials } from '../lib/huaweicloud/credentials.ts';
import { readRepositories } from '../lib/huaweicloud/repository-list.ts';
import type { SwrClient } from '../lib/huaweicloud/swr.ts';
import { retry } from '../lib/retry.ts';
import { StoredSecret } from '../lib/stored-secret.ts';
import type { Run } from './run.ts';
import type { Stage } from './stage.ts';

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 500;
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

/** Makes a call, and retries it after transient failures, as the queue does for the functions; not after Ctrl-C. */
export function retryCall<T>(call: () => Promise<T>, { interruption, firstPauseMs = FIRST_PAUSE_MS }: Run) {
  const { signal } = interruption;
  const pause = (ms: number) => wait(ms, undefined, { signal }).catch(() => undefined);
  return retry(call, interruption, { attempts: ATTEMPTS, firstPauseMs, pause });
}

/** Client that retries calls after transient failures. */
export function retryingClient(swr: Calls, run: Run): Calls {
  return {
    listSyncTasks: (...args) => retryCall(() => swr.listSyncTasks(...args), run),
    createSyncTask: (...args) => retryCall(() => swr.createSyncTask(...args), run),
    listRepositories: (...args) => retryCall(() => swr.listRepositories(...args), run),
    listOrganizations: (...args) => retryCall(() => swr.listOrganizations(...args), run),
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
