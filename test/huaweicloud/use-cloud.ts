import { parseCredentials } from '../../lib/huaweicloud/credentials.ts';
import type { AuthorizerOptions, StoredAuthorizer } from '../../lib/huaweicloud/stored-authorizer.ts';
import type { SwrClient } from '../../lib/huaweicloud/swr.ts';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { type StoppedClock, stopClock } from '../support/clock.ts';
import { startCloud, USER } from '../support/cloud.ts';
import { storedAuthorizer, swrClient } from '../support/swr-client.ts';
import { useEach } from '../support/use.ts';

export const KEY = { ak: 'AKFORTESTS', sk: 'sk-for-tests' };

/** The emulator of a test. */
export interface TestCloud extends Emulator {
  clock: StoppedClock;
  /** A client that logs in with the password of the user. */
  swr: SwrClient;
  countLogins(): number;
}

/**
 * Starts an emulator for each test of a file.
 *
 * @param options.stopped runs the emulator by the stopped clock.
 * @param options.accessKey gives the user the key `KEY`.
 */
export function useCloud({ stopped = false, accessKey = false } = {}): TestCloud {
  return useEach(async () => {
    const clock = stopClock();
    const cloud = await startCloud(stopped ? { clock: clock.read } : {});
    if (accessKey) cloud.cloud.identities.addUser({ ...USER, accessKey: KEY });
    const countLogins = () => cloud.journal.of('createToken').length;
    return { ...cloud, clock, swr: swrClient(cloud.url), countLogins };
  });
}

/** A stored secret, and the version that a cache still holds. */
export interface Stored {
  kept: object;
  fresh: object;
}

/** @param url of the IAM, which is not called while an access key is stored. */
export function authorizerOf(
  url: string,
  stored: Stored = { kept: KEY, fresh: KEY },
  differences: Partial<AuthorizerOptions> = {},
): StoredAuthorizer {
  return storedAuthorizer(url, {
    readCredentials: (fresh) =>
      Promise.resolve(parseCredentials(JSON.stringify(fresh ? stored.fresh : stored.kept))),
    ...differences,
  });
}

/** Stores credentials that are in the cache too. */
export function always(credentials: object): Stored {
  return { kept: credentials, fresh: credentials };
}
