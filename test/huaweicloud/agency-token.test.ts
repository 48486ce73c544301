import { expect, test } from '@jest/globals';
import { parseCredentials } from '../../lib/huaweicloud/credentials.ts';
import type { AuthorizerOptions } from '../../lib/huaweicloud/stored-authorizer.ts';
import { HOUR_MS, MINUTE_MS } from '../support/clock.ts';
import { AGENCY, AGENCY_SECRET, DR, EMEA, startCloud, USER } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { recordLog } from '../support/recorded-log.ts';
import { storedAuthorizer, swrClient, type TokenReader, tokenReader } from '../support/swr-client.ts';
import { useCloud } from './use-cloud.ts';

const readCredentials = () => Promise.resolve(parseCredentials(AGENCY_SECRET));

const cloud = useCloud({ stopped: true });

function readerOf(differences: Partial<AuthorizerOptions> = {}): TokenReader {
  return tokenReader(cloud.url, { readCredentials, now: cloud.clock.read, ...differences });
}

function logins(): string[] {
  return cloud.journal.of('createToken').map(({ path, auth, status }) => `${path} ${auth} ${status}`);
}

// The emulator rejects any other scope of either token, and gives no token of an agency without that of the user.
const ONCE = ['/v3/auth/tokens?nocatalog=true none 201', '/v3/auth/tokens?nocatalog=true token 201'];

test("the token of an agency is requested with the user's token for the whole account, and is sent to SWR", async () => {
  const swr = swrClient(cloud.url, storedAuthorizer(cloud.url, { readCredentials, now: cloud.clock.read }));
  await expect(swr.deleteSyncTask('acme', 'payments/api', DR, noHurry)).resolves.toBe('deleted');
  const settings = { syncAuto: true, override: false };
  await expect(swr.createSyncTask('acme', 'payments/api', EMEA, settings, noHurry)).resolves.toBe('created');
  expect(logins()).toEqual(ONCE);
  expect(cloud.cloud.tasks('acme', 'payments/api')).toMatchObject([
    { domainName: USER.domain },
    { domainName: AGENCY.domain },
  ]);
});

test('the token of an agency is requested once for 20 callers at the same time', async () => {
  const reader = readerOf();
  const tokens = await Promise.all(Array.from({ length: 20 }, () => reader.get(noHurry)));
  expect(new Set(tokens).size).toBe(1);
  expect(logins()).toEqual(ONCE);
});

test('the token of an agency is renewed with a new token of the user ten minutes before it expires', async () => {
  const reader = readerOf();
  const first = await reader.get(noHurry);
  cloud.clock.now += 24 * HOUR_MS - 10 * MINUTE_MS - 1;
  expect(await reader.get(noHurry)).toBe(first);
  expect(logins()).toEqual(ONCE);
  cloud.clock.now += 1;
  expect(await reader.get(noHurry)).not.toBe(first);
  expect(logins()).toEqual([...ONCE, ...ONCE]);
});

test('the token of an agency is renewed once after SWR has rejected it', async () => {
  const swr = swrClient(cloud.url, storedAuthorizer(cloud.url, { readCredentials, now: cloud.clock.read }));
  await swr.listOrganizations(noHurry);
  cloud.cloud.identities.expireTokens();
  await expect(swr.listOrganizations(noHurry)).resolves.toEqual(['acme']);
  expect(logins()).toEqual([...ONCE, ...ONCE]);
});

test('the tokens of an agency and its user can have 20 KiB', async () => {
  await using other = await startCloud({ tokenBytes: 20 * 1024 });
  expect(await tokenReader(other.url, { readCredentials }).get(noHurry)).toHaveLength(20 * 1024);
});

test('the new token of an agency is logged once, without the token', async () => {
  const recorded = recordLog();
  await readerOf({ log: recorded.log }).get(noHurry);
  expect(recorded.of('token')).toMatchObject([{ level: 'info', validSeconds: 86_400 }]);
  expect(recorded.lines.join('\n')).not.toMatch(/MII|pa55word/);
});
