import { beforeEach, describe, expect, test } from '@jest/globals';
import { Rejections } from '../../lib/huaweicloud/rejections.ts';
import type { SwrClient } from '../../lib/huaweicloud/swr.ts';
import type { Fault } from '../../local/huaweicloud/emulator.ts';
import { expectFailure } from '../support/caught.ts';
import { MINUTE_MS } from '../support/clock.ts';
import { USER } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { swrClient } from '../support/swr-client.ts';
import { always, authorizerOf, KEY, type Stored, useCloud } from './use-cloud.ts';

const WRONG = { ...KEY, sk: 'wrong' };

const cloud = useCloud({ accessKey: true });
let rejections: Rejections;
beforeEach(() => {
  // Only remembered rejections use the stopped clock: answers have the date of this machine.
  rejections = new Rejections(cloud.clock.read);
});

function clientOf(stored?: Stored): SwrClient {
  return swrClient(cloud.url, authorizerOf(cloud.url, stored, { rejections }));
}

function list(swr: SwrClient): Promise<unknown> {
  return swr.listSyncTasks('acme', 'payments/api', noHurry);
}

async function rejectOnce(swr = clientOf(always(WRONG))): Promise<SwrClient> {
  await list(swr).catch(() => undefined);
  return swr;
}

const countCalls = () => cloud.journal.entries.length;

const rejected = {
  verdict: 'permanent',
  failure: {
    code: 'APIGW.0301',
    status: 401,
    retryable: false,
    retryAfterSeconds: 900,
    message: expect.stringContaining('using the stored access key: 401 APIGW.0301 '),
  },
};

describe('a rejected access key', () => {
  test.each([
    ['is unknown', { ...KEY, ak: 'UNKNOWN' }],
    ['has another secret', WRONG],
  ])('fails permanently after one call when it %s', async (_, stored) => {
    await expect(list(clientOf(always(stored)))).rejects.toMatchObject(rejected);
    expect(countCalls()).toBe(1);
  });

  test('fails permanently when its user is disabled', async () => {
    cloud.cloud.identities.addUser({ ...USER, accessKey: KEY, status: 'disabled' });
    await expect(list(clientOf())).rejects.toMatchObject(rejected);
  });

  test.each([
    { waitMs: 0, calls: 1, seconds: 900 },
    { waitMs: 5 * MINUTE_MS, calls: 1, seconds: 600 },
    { waitMs: 15 * MINUTE_MS - 1, calls: 1, seconds: 1 },
    { waitMs: 15 * MINUTE_MS, calls: 2, seconds: 900 },
  ])('was used in $calls calls after a second one $waitMs ms later', async ({ waitMs, calls, seconds }) => {
    const swr = await rejectOnce();
    cloud.clock.now += waitMs;
    await expect(list(swr)).rejects.toMatchObject({
      verdict: 'permanent',
      failure: { code: 'APIGW.0301', retryAfterSeconds: seconds },
    });
    expect(countCalls()).toBe(calls);
  });

  test('is not used for another account in another project', async () => {
    await rejectOnce();
    await expect(list(clientOf(always({ ...WRONG, projectId: 'c0ffee' })))).rejects.toMatchObject(rejected);
    expect(countCalls()).toBe(1);
  });

  test('does not block another key', async () => {
    await rejectOnce();
    await expect(list(clientOf())).resolves.toHaveLength(2);
  });
});

describe('a changed secret', () => {
  test('is used in the next call while the cache still has the rejected key', async () => {
    const stored: Stored = always(WRONG);
    const swr = await rejectOnce(clientOf(stored));
    stored.fresh = KEY;
    await expect(list(swr)).resolves.toHaveLength(2);
    expect(countCalls()).toBe(2);
  });

  test('is used in the call whose cached key is rejected', async () => {
    await expect(list(clientOf({ kept: WRONG, fresh: KEY }))).resolves.toHaveLength(2);
    expect(countCalls()).toBe(2);
  });

  test('is used once when it is rejected as well', async () => {
    const swr = clientOf({ kept: WRONG, fresh: { ...KEY, sk: 'wrong-too' } });
    for (let i = 0; i < 5; i += 1) await expect(list(swr)).rejects.toMatchObject({ verdict: 'permanent' });
    expect(countCalls()).toBe(2);
  });
});

describe('an answer to a signed call', () => {
  const invalid = (message: string) =>
    ({
      status: 401,
      code: 'APIGW.0301',
      message: `Incorrect IAM authentication information: ${message}`,
    }) as const;

  test.each<[why: string, fault: Fault, code: string, retryable: boolean]>([
    ...(['APIGW.0301', 'APIGW.0303', 'APIGW.0307', 'SVCSTG.SWR.4010000'] as const).flatMap((code) =>
      ([1, 2, 3, 4] as const).map((shape): [string, Fault, string, boolean] => [
        `401 ${code} in the shape ${shape}`,
        { status: 401, code, shape },
        code,
        false,
      ]),
    ),
    ['401 because the security token has expired', invalid('expired'), 'APIGW.0301', false],
    [
      '401 because the key is locked',
      invalid('AK access failed to reach the limit,forbidden.'),
      'APIGW.0301',
      true,
    ],
    ['401 with an empty body', { status: 401, body: '' }, 'HTTP_401', false],
    ["401 with a proxy's page", { status: 401, body: '<html></html>' }, 'HTTP_401', true],
  ])('blocks the key when it is %s', async (_, fault, code, retryable) => {
    cloud.fault('listSyncTasks', fault);
    const swr = clientOf();
    await expectFailure(list(swr), { code, retryable });
    await expectFailure(list(swr), { code });
    expect(countCalls()).toBe(1);
  });

  test.each<[why: string, fault: Fault, code: string, retryable: boolean]>([
    ['403 without access', { status: 403, code: 'APIGW.0302' }, 'APIGW.0302', false],
    ['403 without a permission', { status: 403, code: 'SVCSTG.SWR.4030170' }, 'SVCSTG.SWR.4030170', false],
    ['403 by which SWR throttles', { status: 403, code: 'SVCSTG.SWR.4031032' }, 'SVCSTG.SWR.4031032', true],
    ['429', { status: 429, code: 'APIGW.0308' }, 'APIGW.0308', true],
    ['500', { status: 500, body: '' }, 'HTTP_500', true],
    ['cut off', { reset: 'body' }, 'ECONNRESET', true],
  ])('does not block the key when it is %s', async (_, fault, code, retryable) => {
    cloud.fault('listSyncTasks', fault);
    const swr = clientOf();
    await expectFailure(list(swr), { code, retryable });
    await expect(list(swr)).resolves.toHaveLength(2);
    expect(countCalls()).toBe(2);
  });
});
