import { beforeEach, describe, expect, test } from '@jest/globals';
import type { SwrClient } from '../../lib/huaweicloud/swr.ts';
import type { Fault, Operation } from '../../local/huaweicloud/emulator.ts';
import { expectFailure } from '../support/caught.ts';
import { DR, EMEA } from '../support/cloud.ts';
import { givingUpAfter, noHurry } from '../support/deadline.ts';
import { failedAnswers } from './failed-answers.ts';
import { useCloud } from './use-cloud.ts';

const SETTINGS = { syncAuto: true, override: false };
const FORBIDDEN = { status: 403, code: 'SVCSTG.SWR.4030170' };
/** A connection that breaks after SWR has carried out the call. */
const broken = { reset: 'headers', afterwards: true } as const;

const cloud = useCloud();
// The next call reuses the connection of this one.
beforeEach(() => cloud.swr.listSyncTasks('acme', 'payments/api', noHurry));

const deleteTask = (deadline = noHurry) => cloud.swr.deleteSyncTask('acme', 'payments/api', DR, deadline);
const listTasks = (deadline = noHurry) => cloud.swr.listSyncTasks('acme', 'payments/api', deadline);
const createTask = (deadline = noHurry) =>
  cloud.swr.createSyncTask('acme', 'payments/api', EMEA, SETTINGS, deadline);

interface Row {
  readonly operation: Operation;
  readonly call: (deadline?: typeof noHurry) => Promise<unknown>;
  /** Beginning of the message. */
  readonly subject: string;
}

const calls: readonly Row[] = [
  {
    operation: 'deleteSyncTask',
    call: deleteTask,
    subject: 'deleting the task cn-east-3/acme-dr of acme/payments/api',
  },
  { operation: 'listSyncTasks', call: listTasks, subject: 'listing the tasks of acme/payments/api' },
  {
    operation: 'createSyncTask',
    call: createTask,
    subject: 'creating the task eu-west-101/acme-emea of acme/payments/api',
  },
  {
    operation: 'listNamespaces',
    call: (deadline = noHurry) => cloud.swr.listOrganizations(deadline),
    subject: 'listing the organizations: ',
  },
];

describe.each(calls)('$operation', ({ operation, call, subject }) => {
  test.each(failedAnswers)('fails when %s', async (_, fault, code, status, retryable) => {
    cloud.fault(operation, fault);
    await expectFailure(call(), { code, status, retryable, message: expect.stringContaining(subject) });
    expect(cloud.cloud.tasks('acme', 'payments/api')).toHaveLength(2);
  });

  test.each<[why: string, fault: Fault, code: string]>([
    ['the resource is busy', { status: 409, code: 'SVCSTG.SWR.4090023' }, 'SVCSTG.SWR.4090023'],
    ['the gateway throttles', { status: 429, code: 'APIGW.0308' }, 'APIGW.0308'],
    ['no answer comes', { hang: true }, 'TIMEOUT'],
    ['the answer is slow', { body: ' '.repeat(999), drip: { everyMs: 5 } }, 'TIMEOUT'],
    ['the answer breaks off', { reset: 'body' }, 'ECONNRESET'],
  ])('fails transiently when %s', async (_, fault, code) => {
    // Without an answer on its reused connection, a request is sent over a new one.
    cloud.fault(operation, fault, { times: Infinity });
    const deadline = code === 'TIMEOUT' ? givingUpAfter(120) : noHurry;
    await expectFailure(call(deadline), { code, retryable: true });
    expect(cloud.cloud.tasks('acme', 'payments/api')).toHaveLength(2);
    cloud.clearFaults();
    await call();
  });
});

describe.each<
  [what: string, operation: Operation, call: (swr: SwrClient) => Promise<unknown>, bodies: string[]]
>([
  [
    'tasks',
    'listSyncTasks',
    () => listTasks(),
    ['', '{}', '[{"remoteRegionId":"cn-east-3","remote', '[{"id":45}]'],
  ],
  [
    'repositories',
    'listRepositories',
    (swr) => swr.listRepositories('acme', 0, noHurry, 100),
    ['{"repos":[]}', '[{"category":"other"}]', '<html></html>'],
  ],
  [
    'organizations',
    'listNamespaces',
    (swr) => swr.listOrganizations(noHurry),
    [
      '',
      '{"namespaces":[{"name":"ac',
      '{}',
      '[{"name":"acme"}]',
      '{"namespaces":null}',
      '{"namespaces":[{"name":"acme"},{"id":2}]}',
    ],
  ],
])('a list of %s', (_, operation, call, bodies) => {
  test.each(bodies)('is not empty when the body is %j, but fails transiently', async (body) => {
    cloud.fault(operation, { status: 200, body });
    await expectFailure(call(cloud.swr), { code: 'HTTP_200', retryable: true });
  });
});

test('a list of more than 8 MiB fails transiently', async () => {
  cloud.fault('listSyncTasks', { status: 200, body: `[${' '.repeat(9 * 1024 * 1024)}]` });
  await expectFailure(listTasks(), { code: 'BODY_TOO_LARGE', retryable: true });
});

describe('a deletion', () => {
  test.each([1, 2, 3, 4] as const)('understands an error in the shape %i', async (shape) => {
    cloud.fault('deleteSyncTask', { code: 'SVCSTG.SWR.4001158', shape });
    await expect(deleteTask()).resolves.toBe('absent');
    cloud.fault('deleteSyncTask', { status: 403, code: 'SVCSTG.SWR.4031042', shape });
    await expectFailure(deleteTask(), { code: 'SVCSTG.SWR.4031042', retryable: true });
  });

  test('fails with the Retry-After of SWR', async () => {
    cloud.fault('deleteSyncTask', { status: 429, code: 'APIGW.0308', headers: { 'Retry-After': '12' } });
    await expectFailure(deleteTask(), { retryAfterSeconds: 12, retryable: true });
  });

  test.each([
    [404, 'absent'],
    [204, 'deleted'],
  ])('that is answered %i without a body returns %s', async (status, result) => {
    cloud.fault('deleteSyncTask', { status, body: '' });
    await expect(deleteTask()).resolves.toBe(result);
  });

  test('fails transiently when a new connection breaks as well', async () => {
    cloud.fault('deleteSyncTask', { reset: 'headers' }, { times: Infinity });
    await expectFailure(deleteTask(), { code: 'ECONNRESET', retryable: true });
  });

  test('finds the task absent when only the answer to the first one was lost', async () => {
    cloud.fault('deleteSyncTask', { reset: 'body', afterwards: true });
    await expectFailure(deleteTask(), { code: 'ECONNRESET' });
    await expect(deleteTask()).resolves.toBe('absent');
  });

  test('fails at once when no time is left', async () => {
    cloud.fault('deleteSyncTask', { hang: true });
    await expectFailure(deleteTask(givingUpAfter(0)), { code: 'TIMEOUT' });
  });

  test('that is rejected on its first sending fails permanently', async () => {
    cloud.fault('deleteSyncTask', FORBIDDEN);
    await expectFailure(deleteTask(), { ...FORBIDDEN, retryable: false });
    expect(cloud.journal.of('deleteSyncTask')).toHaveLength(1);
  });
});

test('a creation whose answer was lost is carried out again', async () => {
  cloud.fault('createSyncTask', { reset: 'body', afterwards: true });
  await expectFailure(createTask(), { code: 'ECONNRESET' });
  await expect(createTask()).resolves.toBe('created');
  expect(cloud.cloud.tasks('acme', 'payments/api')).toHaveLength(3);
});

describe('a call on a reused connection that breaks is sent once more', () => {
  test('and deletes the task', async () => {
    cloud.fault('deleteSyncTask', broken);
    await expect(deleteTask()).resolves.toBe('deleted');
    expect(cloud.journal.of('deleteSyncTask')).toHaveLength(2);
  });

  test('and a rejected deletion is transient, since the first one may have succeeded', async () => {
    cloud.fault('deleteSyncTask', broken);
    cloud.fault('deleteSyncTask', FORBIDDEN, { nth: 2 });
    await expectFailure(deleteTask(), { ...FORBIDDEN, retryable: true });
    expect(cloud.cloud.tasks()).toHaveLength(1);
  });

  test('and a rejected list is permanent', async () => {
    cloud.fault('listSyncTasks', broken);
    cloud.fault('listSyncTasks', FORBIDDEN, { nth: 2 });
    await expectFailure(listTasks(), { ...FORBIDDEN, retryable: false });
  });
});
