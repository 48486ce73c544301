import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { SwrClient } from '../../lib/huaweicloud/swr.ts';
import type { Emulator, Fault } from '../../local/huaweicloud/emulator.ts';
import { DR, EMEA, startCloud } from '../support/cloud.ts';
import { givingUpAfter, noHurry } from '../support/deadline.ts';
import { swrClient } from '../support/swr-client.ts';
import { failedAnswers } from './failed-answers.ts';

let cloud: Emulator;
let swr: SwrClient;
beforeEach(async () => {
  cloud = await startCloud();
  swr = swrClient(cloud.url);
});
afterEach(() => cloud.close());

function create(
  target = EMEA,
  { syncAuto = true, override = false, deadline = noHurry } = {},
): Promise<'created' | 'no repository'> {
  return swr.createSyncTask('acme', 'payments/api', target, { syncAuto, override }, deadline);
}

describe('creating a task', () => {
  test.each([
    { why: 'copies by itself and writes nothing over', syncAuto: true, override: false },
    { why: 'copies when asked to and writes over', syncAuto: false, override: true },
  ])('gives one that $why', async ({ syncAuto, override }) => {
    await expect(create(EMEA, { syncAuto, override })).resolves.toBe('created');
    expect(cloud.cloud.tasks('acme', 'payments/api')).toHaveLength(3);
    expect(cloud.cloud.tasks('acme', 'payments/api')[2]).toMatchObject({ ...EMEA, syncAuto, override });
  });

  test('changes the one that is there', async () => {
    await expect(create(DR, { syncAuto: false, override: true })).resolves.toBe('created');
    expect(cloud.cloud.tasks('acme', 'payments/api')).toHaveLength(2);
    expect(cloud.cloud.tasks('acme', 'payments/api')[0]).toMatchObject({ syncAuto: false, override: true });
  });

  test('sends nothing else of a target', async () => {
    const target = { ...EMEA, id: 45, createdAt: '2026-03-02T08:15:27.53183Z', override: true };
    await expect(create(target)).resolves.toBe('created');
    const { createdAt, override } = cloud.cloud.tasks('acme', 'payments/api')[2] ?? {};
    expect(createdAt).not.toBe(target.createdAt);
    expect(override).toBe(false);
  });

  test.each([
    { why: 'the repository', namespace: 'acme', repository: 'gone' },
    { why: 'the organization', namespace: 'gone', repository: 'payments/api' },
  ])('says so where SWR does not know $why', async ({ namespace, repository }) => {
    const settings = { syncAuto: true, override: false };
    await expect(swr.createSyncTask(namespace, repository, DR, settings, noHurry)).resolves.toBe(
      'no repository',
    );
  });

  test('gets a new token where the first one is not taken', async () => {
    cloud.fault('createSyncTask', { status: 401, code: 'APIGW.0307' });
    await expect(create()).resolves.toBe('created');
    expect(cloud.journal.of('createToken')).toHaveLength(2);
  });
});

describe('a failed creation', () => {
  test.each(failedAnswers)('creates nothing where $why', async ({ fault, code, status, retryable }) => {
    cloud.fault('createSyncTask', fault);
    await expect(create()).rejects.toMatchObject({
      failure: {
        code,
        status,
        retryable,
        message: expect.stringContaining('creating the task eu-west-101/acme-emea of acme/payments/api'),
      },
    });
    expect(cloud.cloud.tasks('acme', 'payments/api')).toHaveLength(2);
  });

  test.each<{ why: string; fault: Fault; code: string }>([
    {
      why: 'SWR is busy with the repository',
      fault: { status: 409, code: 'SVCSTG.SWR.4090023' },
      code: 'SVCSTG.SWR.4090023',
    },
    { why: 'the gateway throttles', fault: { status: 429, code: 'APIGW.0308' }, code: 'APIGW.0308' },
    { why: 'no answer comes', fault: { hang: true }, code: 'TIMEOUT' },
    { why: 'the answer breaks off', fault: { reset: 'body' }, code: 'ECONNRESET' },
  ])('is worth another try where $why', async ({ fault, code }) => {
    cloud.fault('createSyncTask', fault);
    const deadline = fault.hang === true ? givingUpAfter(100) : noHurry;
    await expect(create(EMEA, { deadline })).rejects.toMatchObject({ failure: { code, retryable: true } });
    await expect(create()).resolves.toBe('created');
  });

  test('may have been one all the same, and is then changed to what it is', async () => {
    cloud.fault('createSyncTask', { reset: 'body', afterwards: true });
    await expect(create()).rejects.toMatchObject({ failure: { code: 'ECONNRESET' } });
    await expect(create()).resolves.toBe('created');
    expect(cloud.cloud.tasks('acme', 'payments/api')).toHaveLength(3);
  });
});
