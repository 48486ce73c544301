import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { SwrClient } from '../../lib/huaweicloud/swr.ts';
import type { Emulator, Fault } from '../../local/huaweicloud/emulator.ts';
import { DR, startCloud } from '../support/cloud.ts';
import { givingUpAfter, noHurry } from '../support/deadline.ts';
import { swrClient } from '../support/swr-client.ts';
import { failedAnswers } from './failed-answers.ts';

let cloud: Emulator;
let swr: SwrClient;
beforeEach(async () => {
  cloud = await startCloud();
  swr = swrClient(cloud.url);
  await swr.listSyncTasks('acme', 'payments/api', noHurry);
});
afterEach(() => cloud.close());

function deleteTask(deadline = noHurry): Promise<'deleted' | 'absent'> {
  return swr.deleteSyncTask('acme', 'payments/api', DR, deadline);
}

function listTasks(deadline = noHurry): Promise<unknown[]> {
  return swr.listSyncTasks('acme', 'payments/api', deadline);
}

describe('a failed deletion', () => {
  test.each(failedAnswers)(
    'is neither deleted nor absent where $why',
    async ({ fault, code, status, retryable }) => {
      cloud.fault('deleteSyncTask', fault);
      await expect(deleteTask()).rejects.toMatchObject({
        failure: {
          code,
          status,
          retryable,
          message: expect.stringContaining('deleting the task cn-east-3/acme-dr of acme/payments/api'),
        },
      });
    },
  );

  test.each([1, 2, 3, 4] as const)('is understood in the shape %i', async (shape) => {
    cloud.fault('deleteSyncTask', { code: 'SVCSTG.SWR.4001158', shape });
    await expect(deleteTask()).resolves.toBe('absent');
    cloud.fault('deleteSyncTask', { status: 403, code: 'SVCSTG.SWR.4031042', shape });
    await expect(deleteTask()).rejects.toMatchObject({
      failure: { code: 'SVCSTG.SWR.4031042', retryable: true },
    });
  });

  test('says how long SWR wants to be left alone', async () => {
    cloud.fault('deleteSyncTask', { status: 429, code: 'APIGW.0308', headers: { 'Retry-After': '12' } });
    await expect(deleteTask()).rejects.toMatchObject({ failure: { retryAfterSeconds: 12, retryable: true } });
  });

  test('is gone without a body, as with one', async () => {
    cloud.fault('deleteSyncTask', { status: 404, body: '' });
    await expect(deleteTask()).resolves.toBe('absent');
  });

  test('takes a success without content for one', async () => {
    cloud.fault('deleteSyncTask', { status: 204 });
    await expect(deleteTask()).resolves.toBe('deleted');
  });
});

describe('a failed list', () => {
  test.each(failedAnswers)('is not an empty one where $why', async ({ fault, code, status, retryable }) => {
    cloud.fault('listSyncTasks', fault);
    await expect(listTasks()).rejects.toMatchObject({
      failure: {
        code,
        status,
        retryable,
        message: expect.stringContaining('listing the tasks of acme/payments/api'),
      },
    });
  });

  test.each([
    { why: 'it breaks off', body: '[{"remoteRegionId":"cn-east-3","remote' },
    { why: 'it is empty', body: '' },
    { why: 'it is an object', body: '{}' },
    { why: 'a task has no target', body: '[{"id":45}]' },
  ])('is not an empty one where $why', async ({ body }) => {
    cloud.fault('listSyncTasks', { status: 200, body });
    await expect(listTasks()).rejects.toMatchObject({ failure: { code: 'HTTP_200', retryable: true } });
  });

  test('is not read to its end where it never comes to one', async () => {
    cloud.fault('listSyncTasks', { status: 200, body: `[${' '.repeat(9 * 1024 * 1024)}]` });
    await expect(listTasks()).rejects.toMatchObject({ failure: { code: 'BODY_TOO_LARGE', retryable: true } });
  });
});

describe('a lost answer', () => {
  test.each<{ why: string; fault: Fault; code: string }>([
    { why: 'it never comes', fault: { hang: true }, code: 'TIMEOUT' },
    { why: 'it comes too slowly', fault: { body: ' '.repeat(999), drip: { everyMs: 5 } }, code: 'TIMEOUT' },
    { why: 'it breaks off in the body', fault: { reset: 'body' }, code: 'ECONNRESET' },
  ])('is worth another try where $why', async ({ fault, code }) => {
    cloud.fault('listSyncTasks', fault);
    cloud.fault('deleteSyncTask', fault);
    const failure = { failure: { code, retryable: true } };
    await expect(listTasks(givingUpAfter(120))).rejects.toMatchObject(failure);
    await expect(deleteTask(givingUpAfter(120))).rejects.toMatchObject(failure);
    expect(cloud.cloud.tasks('acme', 'payments/api')).toHaveLength(2);
  });

  test('is worth another try where even a new connection breaks off before the headers', async () => {
    cloud.fault('deleteSyncTask', { reset: 'headers' }, { times: Infinity });
    await expect(deleteTask()).rejects.toMatchObject({ failure: { code: 'ECONNRESET', retryable: true } });
  });

  test('may have been a deletion, which the next try finds absent', async () => {
    cloud.fault('deleteSyncTask', { reset: 'body', afterwards: true });
    await expect(deleteTask()).rejects.toMatchObject({ failure: { code: 'ECONNRESET' } });
    await expect(deleteTask()).resolves.toBe('absent');
  });

  test('is not waited for without any time left', async () => {
    cloud.fault('deleteSyncTask', { hang: true });
    await expect(deleteTask(givingUpAfter(0))).rejects.toMatchObject({ failure: { code: 'TIMEOUT' } });
  });
});
