import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Rejections } from '../../lib/huaweicloud/rejections.ts';
import type { SwrClient } from '../../lib/huaweicloud/swr.ts';
import type { Emulator, Fault } from '../../local/huaweicloud/emulator.ts';
import { MINUTE_MS, type StoppedClock, stopClock } from '../support/clock.ts';
import { USER } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { swrClient } from '../support/swr-client.ts';
import { authorizerOf, KEY, type Stored, startSigningCloud } from './signing.ts';

const WRONG = { ...KEY, sk: 'wrong' };

let clock: StoppedClock;
let cloud: Emulator;
let rejections: Rejections;
beforeEach(async () => {
  // Only what is remembered goes by it: answers bear the date of this machine.
  clock = stopClock();
  cloud = await startSigningCloud();
  rejections = new Rejections(clock.read);
});
afterEach(() => cloud.close());

function clientOf(stored?: Stored): SwrClient {
  return swrClient(cloud.url, authorizerOf(cloud.url, stored, { rejections }));
}

function list(swr: SwrClient): Promise<unknown> {
  return swr.listSyncTasks('acme', 'payments/api', noHurry);
}

function countCalls(): number {
  return cloud.journal.entries.length;
}

const refused = {
  verdict: 'permanent',
  failure: {
    code: 'APIGW.0301',
    status: 401,
    retryable: false,
    retryAfterSeconds: 900,
    message: expect.stringContaining('using the stored access key: 401 APIGW.0301 '),
  },
};

describe('an access key that is not accepted', () => {
  test.each([
    { why: 'there is no such key', stored: { ...KEY, ak: 'NOBODY' } },
    { why: 'the secret is that of another key', stored: WRONG },
  ])('is for a person, after one call, where $why', async ({ stored }) => {
    await expect(list(clientOf({ kept: stored, fresh: stored }))).rejects.toMatchObject(refused);
    expect(countCalls()).toBe(1);
  });

  test('is for a person where its user is disabled', async () => {
    cloud.cloud.addUser({ ...USER, accessKey: KEY, status: 'disabled' });
    await expect(list(clientOf())).rejects.toMatchObject(refused);
  });

  test.each([
    { why: 'at once', waitMs: 0, calls: 1, seconds: 900 },
    { why: 'after five minutes', waitMs: 5 * MINUTE_MS, calls: 1, seconds: 600 },
    { why: 'a moment before the time is over', waitMs: 15 * MINUTE_MS - 1, calls: 1, seconds: 1 },
    { why: 'when the time is over', waitMs: 15 * MINUTE_MS, calls: 2, seconds: 900 },
  ])('has been used $calls times after a second try $why', async ({ waitMs, calls, seconds }) => {
    const swr = clientOf({ kept: WRONG, fresh: WRONG });
    await list(swr).catch(() => undefined);
    clock.now += waitMs;
    await expect(list(swr)).rejects.toMatchObject({
      verdict: 'permanent',
      failure: { code: 'APIGW.0301', retryAfterSeconds: seconds },
    });
    expect(countCalls()).toBe(calls);
  });

  test('is not used for another account with the same key, in another project', async () => {
    await list(clientOf({ kept: WRONG, fresh: WRONG })).catch(() => undefined);
    const other = { ...WRONG, projectId: 'c0ffee' };
    await expect(list(clientOf({ kept: other, fresh: other }))).rejects.toMatchObject(refused);
    expect(countCalls()).toBe(1);
  });

  test('holds up no other key', async () => {
    await list(clientOf({ kept: WRONG, fresh: WRONG })).catch(() => undefined);
    await expect(list(clientOf())).resolves.toHaveLength(2);
  });
});

describe('a stored secret that has changed', () => {
  test('is used at once, where the refused key is still the kept one', async () => {
    const stored = { kept: WRONG, fresh: WRONG };
    const swr = clientOf(stored);
    await list(swr).catch(() => undefined);
    stored.fresh = KEY;
    await expect(list(swr)).resolves.toHaveLength(2);
    expect(countCalls()).toBe(2);
  });

  test('saves the very call whose key is refused', async () => {
    await expect(list(clientOf({ kept: WRONG, fresh: KEY }))).resolves.toHaveLength(2);
    expect(countCalls()).toBe(2);
  });

  test('is used once, where it is refused as well', async () => {
    const swr = clientOf({ kept: WRONG, fresh: { ...KEY, sk: 'wrong-too' } });
    for (let i = 0; i < 5; i += 1) await expect(list(swr)).rejects.toMatchObject({ verdict: 'permanent' });
    expect(countCalls()).toBe(2);
  });
});

describe('an answer to a signed call', () => {
  const shapes = (['APIGW.0301', 'APIGW.0303', 'APIGW.0307', 'SVCSTG.SWR.4010000'] as const).flatMap((code) =>
    ([1, 2, 3, 4] as const).map((shape) => ({
      why: `401 ${code} in the shape ${shape}`,
      fault: { status: 401, code, shape } satisfies Fault,
      code,
      retryable: false,
      remembered: true,
    })),
  );
  test.each<{ why: string; fault: Fault; code: string; retryable: boolean; remembered: boolean }>([
    ...shapes,
    {
      why: '401, as the security token has expired',
      fault: {
        status: 401,
        code: 'APIGW.0301',
        message: 'Incorrect IAM authentication information: expired',
      },
      code: 'APIGW.0301',
      retryable: false,
      remembered: true,
    },
    {
      why: '401, as the key is locked for a while, be it for what others did',
      fault: {
        status: 401,
        code: 'APIGW.0301',
        message: 'Incorrect IAM authentication information: AK access failed to reach the limit,forbidden.',
      },
      code: 'APIGW.0301',
      retryable: true,
      remembered: true,
    },
    {
      why: '401 and nothing else',
      fault: { status: 401, body: '' },
      code: 'HTTP_401',
      retryable: false,
      remembered: true,
    },
    {
      why: "401 with a proxy's page",
      fault: { status: 401, body: '<html></html>' },
      code: 'HTTP_401',
      retryable: true,
      remembered: true,
    },
    {
      why: '403, as the user is not let in',
      fault: { status: 403, code: 'APIGW.0302' },
      code: 'APIGW.0302',
      retryable: false,
      remembered: false,
    },
    {
      why: '403, as a permission is missing',
      fault: { status: 403, code: 'SVCSTG.SWR.4030170' },
      code: 'SVCSTG.SWR.4030170',
      retryable: false,
      remembered: false,
    },
    {
      why: '403, as SWR throttles',
      fault: { status: 403, code: 'SVCSTG.SWR.4031032' },
      code: 'SVCSTG.SWR.4031032',
      retryable: true,
      remembered: false,
    },
    {
      why: '429',
      fault: { status: 429, code: 'APIGW.0308' },
      code: 'APIGW.0308',
      retryable: true,
      remembered: false,
    },
    { why: '500', fault: { status: 500, body: '' }, code: 'HTTP_500', retryable: true, remembered: false },
    { why: 'none', fault: { reset: 'body' }, code: 'ECONNRESET', retryable: true, remembered: false },
  ])('is remembered as a refusal: $remembered, for $why', async ({ fault, code, retryable, remembered }) => {
    const swr = clientOf();
    cloud.fault('listSyncTasks', fault);
    await expect(list(swr)).rejects.toMatchObject({ failure: { code, retryable } });
    expect(countCalls()).toBe(1);
    const second = await list(swr).then(
      () => 'done',
      () => 'refused',
    );
    expect(second).toBe(remembered ? 'refused' : 'done');
    expect(countCalls()).toBe(remembered ? 1 : 2);
  });
});
