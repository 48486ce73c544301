import { failureOf } from '../lib/failure.ts';
import type { SwrClient } from '../lib/huaweicloud/swr.ts';
import type { Interruption } from './interruption.ts';
import { waitToRetry } from './patience.ts';

type Calls = Pick<SwrClient, 'listSyncTasks' | 'createSyncTask' | 'listRepositories' | 'listOrganizations'>;

/** A client that tries again what will pass. */
export function patientClient(swr: Calls, interruption: Interruption): Calls {
  return {
    listSyncTasks: (...args) => patiently(() => swr.listSyncTasks(...args), interruption),
    createSyncTask: (...args) => patiently(() => swr.createSyncTask(...args), interruption),
    listRepositories: (...args) => patiently(() => swr.listRepositories(...args), interruption),
    listOrganizations: (...args) => patiently(() => swr.listOrganizations(...args), interruption),
  };
}

async function patiently<T>(call: () => Promise<T>, interruption: Interruption): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(await waitToRetry(attempt, failureOf(error), interruption))) throw error;
    }
  }
}
