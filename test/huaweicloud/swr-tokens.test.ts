import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parseCredentials } from '../../lib/huaweicloud/credentials.ts';
import type { Emulator, Fault } from '../../local/huaweicloud/emulator.ts';
import { DR, manyTargets, SECRET, startCloud, USER } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { storedAuthorizer, swrClient } from '../support/swr-client.ts';

let cloud: Emulator;
beforeEach(async () => {
  cloud = await startCloud();
});
afterEach(() => cloud.close());

function count(operation: 'createToken' | 'listSyncTasks' | 'deleteSyncTask'): number {
  return cloud.journal.of(operation).length;
}

test.each<{ why: string; fault: Fault }>([
  { why: 'SWR does not take it', fault: { status: 401, code: 'SVCSTG.SWR.4010000' } },
  { why: 'the gateway does not take it', fault: { status: 401, code: 'APIGW.0301' } },
  { why: 'it must be updated', fault: { status: 401, code: 'APIGW.0307' } },
  { why: 'nobody says why', fault: { status: 401, body: '' } },
])('repeats a call once with a new token where $why', async ({ fault }) => {
  cloud.fault('deleteSyncTask', fault);
  const swr = swrClient(cloud.url);
  await expect(swr.deleteSyncTask('acme', 'payments/api', DR, noHurry)).resolves.toBe('deleted');
  expect([count('createToken'), count('deleteSyncTask')]).toEqual([2, 2]);
});

test('leaves it to a person where SWR takes no token at all', async () => {
  cloud.fault('listSyncTasks', { status: 401, code: 'APIGW.0301' }, { times: Infinity });
  await expect(swrClient(cloud.url).listSyncTasks('acme', 'payments/api', noHurry)).rejects.toMatchObject({
    verdict: 'permanent',
    failure: { code: 'APIGW.0301', status: 401, retryable: false },
  });
  expect([count('createToken'), count('listSyncTasks')]).toEqual([2, 2]);
});

test('shares one new login among eight calls whose token has ended', async () => {
  const swr = swrClient(cloud.url);
  const targets = manyTargets(8);
  for (const target of targets) cloud.cloud.addTask({ namespace: 'acme', repository: 'many', ...target });
  await swr.listSyncTasks('acme', 'many', noHurry);
  cloud.cloud.expireTokens();
  const results = await Promise.all(
    targets.map((target) => swr.deleteSyncTask('acme', 'many', target, noHurry)),
  );
  expect(new Set(results)).toEqual(new Set(['deleted']));
  expect(cloud.cloud.tasks('acme', 'many')).toEqual([]);
  expect([count('createToken'), count('deleteSyncTask')]).toEqual([2, 16]);
});

test('does not log in again for a call that comes back late with the older token', async () => {
  const swr = swrClient(cloud.url);
  await swr.listSyncTasks('acme', 'payments/api', noHurry);
  const rejected = { status: 401, code: 'APIGW.0307' };
  cloud.fault('deleteSyncTask', { ...rejected, delayMs: 60 }, { nth: 1 });
  cloud.fault('deleteSyncTask', rejected, { nth: 2 });
  const late = swr.deleteSyncTask('acme', 'payments/api', DR, noHurry);
  await cloud.journal.waitFor(() => count('deleteSyncTask') === 1);
  await swr.deleteSyncTask('acme', 'payments/api', DR, noHurry);
  await expect(late).resolves.toBe('absent');
  expect(count('createToken')).toBe(2);
});

test('goes on with the new password after a change of both the password and the secret', async () => {
  let secret = SECRET;
  const readCredentials = () => Promise.resolve(parseCredentials(secret));
  const swr = swrClient(cloud.url, storedAuthorizer(cloud.url, { readCredentials }));
  await swr.listSyncTasks('acme', 'payments/api', noHurry);
  secret = SECRET.replace(USER.password, 'new');
  cloud.cloud.setPassword(USER.domain, USER.name, 'new');
  await expect(swr.deleteSyncTask('acme', 'payments/api', DR, noHurry)).resolves.toBe('deleted');
});

test('does not log in again for a failure that a new token would not mend', async () => {
  cloud.fault('deleteSyncTask', { status: 403, code: 'SVCSTG.SWR.4030170' });
  await expect(swrClient(cloud.url).deleteSyncTask('acme', 'payments/api', DR, noHurry)).rejects.toThrow(
    'SVCSTG.SWR.4030170',
  );
  expect(count('createToken')).toBe(1);
});

test('fails with the login where the new one fails', async () => {
  cloud.fault('listSyncTasks', { status: 401, code: 'APIGW.0307' });
  cloud.fault('createToken', { status: 503 }, { nth: 2 });
  await expect(swrClient(cloud.url).listSyncTasks('acme', 'payments/api', noHurry)).rejects.toMatchObject({
    failure: { code: 'HTTP_503', message: expect.stringContaining('getting an IAM token'), retryable: true },
  });
});
