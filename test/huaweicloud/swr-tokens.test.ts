import { expect, test } from '@jest/globals';
import { parseCredentials } from '../../lib/huaweicloud/credentials.ts';
import type { SwrClient } from '../../lib/huaweicloud/swr.ts';
import type { Fault, Operation } from '../../local/huaweicloud/emulator.ts';
import { expectFailure } from '../support/caught.ts';
import { DR, EMEA, manyTargets, SECRET, USER } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { storedAuthorizer, swrClient } from '../support/swr-client.ts';
import { useCloud } from './use-cloud.ts';

const cloud = useCloud();

const count = (operation: Operation) => cloud.journal.of(operation).length;
const listTasks = (swr = cloud.swr) => swr.listSyncTasks('acme', 'payments/api', noHurry);
const deleteTask = (swr = cloud.swr) => swr.deleteSyncTask('acme', 'payments/api', DR, noHurry);

test.each<[operation: Operation, fault: Fault, call: (swr: SwrClient) => Promise<unknown>]>([
  ['deleteSyncTask', { status: 401, code: 'SVCSTG.SWR.4010000' }, deleteTask],
  ['deleteSyncTask', { status: 401, code: 'APIGW.0301' }, deleteTask],
  ['deleteSyncTask', { status: 401, code: 'APIGW.0307' }, deleteTask],
  ['deleteSyncTask', { status: 401, body: '' }, deleteTask],
  ['listNamespaces', { status: 401, code: 'SVCSTG.SWR.4010000' }, (swr) => swr.listOrganizations(noHurry)],
  [
    'createSyncTask',
    { status: 401, code: 'APIGW.0307' },
    (swr) => swr.createSyncTask('acme', 'payments/api', EMEA, { syncAuto: true, override: false }, noHurry),
  ],
])('repeats %s once with a new token after %j', async (operation, fault, call) => {
  cloud.fault(operation, fault);
  await call(cloud.swr);
  expect([cloud.countLogins(), count(operation)]).toEqual([2, 2]);
});

test('fails permanently when SWR rejects every token', async () => {
  cloud.fault('listSyncTasks', { status: 401, code: 'APIGW.0301' }, { times: Infinity });
  await expect(listTasks()).rejects.toMatchObject({
    verdict: 'permanent',
    failure: { code: 'APIGW.0301', status: 401, retryable: false },
  });
  expect([cloud.countLogins(), count('listSyncTasks')]).toEqual([2, 2]);
});

test('shares one login among eight calls whose token has expired', async () => {
  const { swr } = cloud;
  const targets = manyTargets(8);
  for (const target of targets) cloud.cloud.addTask({ namespace: 'acme', repository: 'many', ...target });
  await swr.listSyncTasks('acme', 'many', noHurry);
  cloud.cloud.identities.expireTokens();
  const results = await Promise.all(
    targets.map((target) => swr.deleteSyncTask('acme', 'many', target, noHurry)),
  );
  expect(new Set(results)).toEqual(new Set(['deleted']));
  expect(cloud.cloud.tasks('acme', 'many')).toEqual([]);
  expect([cloud.countLogins(), count('deleteSyncTask')]).toEqual([2, 16]);
});

test('does not log in again for a late answer to a call with the older token', async () => {
  await listTasks();
  const rejected = { status: 401, code: 'APIGW.0307' };
  cloud.fault('deleteSyncTask', { ...rejected, delayMs: 60 }, { nth: 1 });
  cloud.fault('deleteSyncTask', rejected, { nth: 2 });
  const late = deleteTask();
  await cloud.journal.waitFor(() => count('deleteSyncTask') === 1);
  await deleteTask();
  await expect(late).resolves.toBe('absent');
  expect(cloud.countLogins()).toBe(2);
});

test('uses the new password after both the password and the secret have changed', async () => {
  let secret = SECRET;
  const readCredentials = () => Promise.resolve(parseCredentials(secret));
  const swr = swrClient(cloud.url, storedAuthorizer(cloud.url, { readCredentials }));
  await listTasks(swr);
  secret = SECRET.replace(USER.password, 'new');
  cloud.cloud.identities.setPassword(USER.domain, USER.name, 'new');
  await expect(deleteTask(swr)).resolves.toBe('deleted');
});

test('does not log in again after a missing permission', async () => {
  cloud.fault('deleteSyncTask', { status: 403, code: 'SVCSTG.SWR.4030170' });
  await expect(deleteTask()).rejects.toThrow('SVCSTG.SWR.4030170');
  expect(cloud.countLogins()).toBe(1);
});

test('fails with the error of the login when the new login fails', async () => {
  cloud.fault('listSyncTasks', { status: 401, code: 'APIGW.0307' });
  cloud.fault('createToken', { status: 503 }, { nth: 2 });
  await expectFailure(listTasks(), {
    code: 'HTTP_503',
    message: expect.stringContaining('getting an IAM token'),
    retryable: true,
  });
});
