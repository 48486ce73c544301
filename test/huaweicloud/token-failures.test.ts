import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ServiceError } from '../../lib/failure.ts';
import type { Emulator, Fault } from '../../local/huaweicloud/emulator.ts';
import { startCloud } from '../support/cloud.ts';
import { givingUpAfter, noHurry } from '../support/deadline.ts';
import { tokenKeeper } from '../support/swr-client.ts';

let cloud: Emulator;
beforeEach(async () => {
  cloud = await startCloud();
});
afterEach(() => cloud.close());

describe('a login that fails', () => {
  test.each<{ why: string; fault: Fault; code: string; retryable: boolean; triedAgain: boolean }>([
    {
      why: 'the password is wrong',
      fault: { status: 401, code: 'IAM.0062' },
      code: 'IAM.0062',
      retryable: false,
      triedAgain: false,
    },
    {
      why: 'the password has expired',
      fault: { status: 401, code: 'IAM.0066' },
      code: 'IAM.0066',
      retryable: false,
      triedAgain: false,
    },
    {
      why: 'the token is invalid',
      fault: { status: 401, code: 'IAM.0067' },
      code: 'IAM.0067',
      retryable: false,
      triedAgain: false,
    },
    {
      why: 'the user is for the console only',
      fault: { status: 403, code: 'IAM.0081' },
      code: 'IAM.0081',
      retryable: false,
      triedAgain: false,
    },
    {
      why: 'the user is disabled',
      fault: { status: 403, code: 'IAM.0082' },
      code: 'IAM.0082',
      retryable: false,
      triedAgain: false,
    },
    {
      why: 'the region fails over',
      fault: { status: 410, code: 'IAM.0020' },
      code: 'IAM.0020',
      retryable: true,
      triedAgain: true,
    },
    {
      why: 'IAM throttles',
      fault: { status: 429, code: 'IAM.0012' },
      code: 'IAM.0012',
      retryable: true,
      triedAgain: true,
    },
    { why: 'IAM is broken', fault: { status: 500 }, code: 'HTTP_500', retryable: true, triedAgain: true },
    {
      why: 'a proxy is broken',
      fault: { status: 502, body: '<html></html>' },
      code: 'HTTP_502',
      retryable: true,
      triedAgain: true,
    },
    {
      why: 'the token is missing',
      fault: { omitHeaders: ['X-Subject-Token'] },
      code: 'HTTP_201',
      retryable: true,
      triedAgain: true,
    },
    {
      why: 'the answer is lost in its headers',
      fault: { reset: 'headers' },
      code: 'ECONNRESET',
      retryable: true,
      triedAgain: true,
    },
    {
      why: 'the answer is lost in its body',
      fault: { reset: 'body' },
      code: 'ECONNRESET',
      retryable: true,
      triedAgain: true,
    },
  ])('with $code is tried again: $triedAgain, as $why', async ({ fault, code, retryable, triedAgain }) => {
    cloud.fault('createToken', fault);
    const keeper = tokenKeeper(cloud.url);
    await expect(keeper.get(noHurry)).rejects.toMatchObject({ failure: { code, retryable } });
    const second = await keeper.get(noHurry).then(
      () => true,
      () => false,
    );
    expect(second).toBe(triedAgain);
    expect(cloud.journal.of('createToken')).toHaveLength(triedAgain ? 2 : 1);
  });

  test('says for how long IAM wants to be left alone', async () => {
    cloud.fault('createToken', { status: 429, code: 'IAM.0012', headers: { 'Retry-After': '30' } });
    await expect(tokenKeeper(cloud.url).get(noHurry)).rejects.toMatchObject({
      failure: { retryAfterSeconds: 30 },
    });
  });

  test.each<{ why: string; fault: Fault }>([
    { why: 'no answer comes', fault: { hang: true } },
    { why: 'the answer comes too slowly', fault: { drip: { everyMs: 10 } } },
  ])('is given up in time where $why', async ({ fault }) => {
    cloud.fault('createToken', fault);
    await expect(tokenKeeper(cloud.url).get(givingUpAfter(100))).rejects.toMatchObject({
      failure: { code: 'TIMEOUT', retryable: true },
    });
  });

  test('is worth another try where nobody answers', async () => {
    await cloud.close();
    await expect(tokenKeeper(cloud.url).get(noHurry)).rejects.toMatchObject({
      failure: { code: 'ECONNREFUSED', retryable: true },
    });
  });

  test('is not even begun without a secret', async () => {
    const unusable = new ServiceError({
      code: 'SECRET_UNUSABLE',
      message: 'no such secret',
      retryable: false,
    });
    const keeper = tokenKeeper(cloud.url, { readCredentials: () => Promise.reject(unusable) });
    await expect(keeper.get(noHurry)).rejects.toBe(unusable);
    expect(cloud.journal.entries).toEqual([]);
  });
});
