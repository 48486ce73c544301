import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parseCredentials } from '../../lib/huaweicloud/credentials.ts';
import type { AuthorizerOptions } from '../../lib/huaweicloud/stored-authorizer.ts';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { HOUR_MS, MINUTE_MS, type StoppedClock, stopClock } from '../support/clock.ts';
import { AGENCY, AGENCY_SECRET, DR, EMEA, startCloud, USER } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { recordLog } from '../support/recorded-log.ts';
import { storedAuthorizer, swrClient, type TokenKeeper, tokenKeeper } from '../support/swr-client.ts';

const readCredentials = () => Promise.resolve(parseCredentials(AGENCY_SECRET));

let clock: StoppedClock;
let cloud: Emulator;
beforeEach(async () => {
  clock = stopClock();
  cloud = await startCloud({ clock: clock.read });
});
afterEach(() => cloud.close());

function keeperOf(differences: Partial<AuthorizerOptions> = {}): TokenKeeper {
  return tokenKeeper(cloud.url, { readCredentials, now: clock.read, ...differences });
}

function logins(): string[] {
  return cloud.journal.of('createToken').map(({ path, auth, status }) => `${path} ${auth} ${status}`);
}

// The emulator refuses any other scope of either token, and lets nobody become an agency without the user's.
const ONCE = ['/v3/auth/tokens?nocatalog=true none 201', '/v3/auth/tokens?nocatalog=true token 201'];

test("the token of an agency is asked for with the user's token for the whole account, and is the one that SWR gets", async () => {
  const swr = swrClient(cloud.url, storedAuthorizer(cloud.url, { readCredentials, now: clock.read }));
  await expect(swr.deleteSyncTask('acme', 'payments/api', DR, noHurry)).resolves.toBe('deleted');
  const settings = { syncAuto: true, override: false };
  await expect(swr.createSyncTask('acme', 'payments/api', EMEA, settings, noHurry)).resolves.toBe('created');
  expect(logins()).toEqual(ONCE);
  expect(cloud.cloud.tasks('acme', 'payments/api')).toMatchObject([
    { domainName: USER.domain },
    { domainName: AGENCY.domain },
  ]);
});

test('the token of an agency is fetched once for however many callers there are at the same time', async () => {
  const keeper = keeperOf();
  const tokens = await Promise.all(Array.from({ length: 20 }, () => keeper.get(noHurry)));
  expect(new Set(tokens).size).toBe(1);
  expect(logins()).toEqual(ONCE);
});

test('the token of an agency is renewed with a new token of the user, as its own life wants it', async () => {
  const keeper = keeperOf();
  const first = await keeper.get(noHurry);
  clock.now += 24 * HOUR_MS - 10 * MINUTE_MS - 1;
  expect(await keeper.get(noHurry)).toBe(first);
  expect(logins()).toEqual(ONCE);
  clock.now += 1;
  expect(await keeper.get(noHurry)).not.toBe(first);
  expect(logins()).toEqual([...ONCE, ...ONCE]);
});

test('the token of an agency is fetched anew, once, where SWR does not take it any more', async () => {
  const swr = swrClient(cloud.url, storedAuthorizer(cloud.url, { readCredentials, now: clock.read }));
  await swr.listOrganizations(noHurry);
  cloud.cloud.expireTokens();
  await expect(swr.listOrganizations(noHurry)).resolves.toEqual(['acme']);
  expect(logins()).toEqual([...ONCE, ...ONCE]);
});

test('the token of an agency may be as long as 20 KB, and so may be that of the user', async () => {
  const other = await startCloud({ tokenBytes: 20 * 1024 });
  try {
    expect(await tokenKeeper(other.url, { readCredentials }).get(noHurry)).toHaveLength(20 * 1024);
  } finally {
    await other.close();
  }
});

test('the token of an agency is logged once, and not shown', async () => {
  const recorded = recordLog();
  await keeperOf({ log: recorded.log }).get(noHurry);
  expect(recorded.of('token')).toMatchObject([{ level: 'info', validSeconds: 86_400 }]);
  expect(recorded.lines.join('\n')).not.toMatch(/MII|pa55word/);
});
