import { parseCredentials } from '../../lib/huaweicloud/credentials.ts';
import type { AuthorizerOptions, StoredAuthorizer } from '../../lib/huaweicloud/stored-authorizer.ts';
import type { Emulator, EmulatorOptions } from '../../local/huaweicloud/emulator.ts';
import { startCloud, USER } from '../support/cloud.ts';
import { storedAuthorizer } from '../support/swr-client.ts';

export const KEY = { ak: 'AKFORTESTS', sk: 'sk-for-tests' };

/** The cloud of `startCloud`, whose user has an access key. */
export async function startSigningCloud(options: EmulatorOptions = {}): Promise<Emulator> {
  const cloud = await startCloud(options);
  cloud.cloud.addUser({ ...USER, accessKey: KEY });
  return cloud;
}

/** A stored secret, and what a cache still holds of it. */
export interface Stored {
  kept: object;
  fresh: object;
}

/** @param url of the IAM, which nobody asks while it is an access key that is stored. */
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
