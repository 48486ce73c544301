import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { HOUR_MS, MINUTE_MS, type StoppedClock, stopClock } from '../support/clock.ts';
import { startCloud } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { recordLog } from '../support/recorded-log.ts';
import { tokenKeeper } from '../support/swr-client.ts';

const REFUSAL = { status: 401, headers: {}, body: '' };

let clock: StoppedClock;
let cloud: Emulator;
beforeEach(async () => {
  clock = stopClock();
  cloud = await startCloud({ clock: clock.read });
});
afterEach(() => cloud.close());

function countLogins(): number {
  return cloud.journal.of('createToken').length;
}

test('logs in once for however many callers there are at the same time', async () => {
  const keeper = tokenKeeper(cloud.url, { now: clock.read });
  const tokens = await Promise.all(Array.from({ length: 20 }, () => keeper.get(noHurry)));
  expect(new Set(tokens).size).toBe(1);
  expect(tokens[0]).toHaveLength(2000);
  expect(countLogins()).toBe(1);
});

test('is not stopped by a login that failed', async () => {
  cloud.fault('createToken', { status: 503 });
  const keeper = tokenKeeper(cloud.url);
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => keeper.get(noHurry)));
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
  expect(countLogins()).toBe(1);
  await expect(keeper.get(noHurry)).resolves.toHaveLength(2000);
});

test('logs the new token, without the token', async () => {
  const recorded = recordLog();
  const token = await tokenKeeper(cloud.url, { log: recorded.log }).get(noHurry);
  expect(recorded.of('token')).toMatchObject([
    { level: 'info', ms: expect.any(Number), validSeconds: 86_400 },
  ]);
  expect(recorded.lines.join('\n')).not.toContain(token.slice(0, 20));
});

describe('a token', () => {
  test.each([
    { why: 'it is new', afterMs: 0, logins: 1 },
    {
      why: 'a last second is left before the renewal',
      afterMs: 24 * HOUR_MS - 10 * MINUTE_MS - 1000,
      logins: 1,
    },
    { why: 'ten minutes are left of it', afterMs: 24 * HOUR_MS - 10 * MINUTE_MS, logins: 2 },
    { why: 'it is over', afterMs: 25 * HOUR_MS, logins: 2 },
  ])('of a day needs $logins logins where $why', async ({ afterMs, logins }) => {
    const keeper = tokenKeeper(cloud.url, { now: clock.read });
    const first = await keeper.get(noHurry);
    clock.now += afterMs;
    expect((await keeper.get(noHurry)) === first).toBe(logins === 1);
    expect(countLogins()).toBe(logins);
  });

  test.each([
    { why: 'more than a fifth is left', afterMs: 3 * MINUTE_MS, logins: 1 },
    { why: 'a fifth is left', afterMs: 4 * MINUTE_MS, logins: 2 },
  ])('of five minutes needs $logins logins where $why', async ({ afterMs, logins }) => {
    const brief = await startCloud({ clock: clock.read, tokenLifetimeMs: 5 * MINUTE_MS });
    try {
      const keeper = tokenKeeper(brief.url, { now: clock.read });
      await keeper.get(noHurry);
      clock.now += afterMs;
      await keeper.get(noHurry);
      expect(brief.journal.of('createToken')).toHaveLength(logins);
    } finally {
      await brief.close();
    }
  });

  test.each([
    { why: "ours is two days ahead of IAM's", skewMs: 48 * HOUR_MS },
    { why: "ours is two days behind IAM's", skewMs: -48 * HOUR_MS },
    { why: 'ours is right', skewMs: 0 },
  ])('is kept for as long as it lives, although $why', async ({ skewMs }) => {
    const keeper = tokenKeeper(cloud.url, { now: () => clock.now + skewMs });
    await keeper.get(noHurry);
    clock.now += 23 * HOUR_MS;
    await keeper.get(noHurry);
    expect(countLogins()).toBe(1);
    clock.now += HOUR_MS;
    await keeper.get(noHurry);
    expect(countLogins()).toBe(2);
  });

  test('is fetched anew once SWR has refused it', async () => {
    const keeper = tokenKeeper(cloud.url);
    const first = await keeper.prove(noHurry);
    expect(first.rejected(REFUSAL, 1)).toBe(true);
    expect(await keeper.get(noHurry)).not.toBe(first.headers['x-auth-token']);
  });

  test('is kept where SWR has refused an older one', async () => {
    const keeper = tokenKeeper(cloud.url);
    const first = await keeper.prove(noHurry);
    first.rejected(REFUSAL, 1);
    const second = await keeper.get(noHurry);
    first.rejected(REFUSAL, 1);
    expect(await keeper.get(noHurry)).toBe(second);
    expect(countLogins()).toBe(2);
  });

  test('of one account is not that of another', async () => {
    const other = await tokenKeeper(cloud.url).get(noHurry);
    expect(await tokenKeeper(cloud.url).get(noHurry)).not.toBe(other);
  });
});
