import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Credentials, parseCredentials } from '../../lib/huaweicloud/credentials.ts';
import { Rejections } from '../../lib/huaweicloud/rejections.ts';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { MINUTE_MS, type StoppedClock, stopClock } from '../support/clock.ts';
import { SECRET, startCloud, USER } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { type TokenKeeper, tokenKeeper } from '../support/swr-client.ts';

const stored = parseCredentials(SECRET);
const wrong = withPassword('wrong');

let clock: StoppedClock;
let cloud: Emulator;
let rejections: Rejections;
beforeEach(async () => {
  clock = stopClock();
  cloud = await startCloud({ clock: clock.read });
  rejections = new Rejections(clock.read);
});
afterEach(() => cloud.close());

function withPassword(password: string): Credentials {
  return parseCredentials(SECRET.replace(USER.password, password));
}

/** @param secret what is stored, and what a cache still holds of it. */
function keeperOf(secret: { kept: Credentials; fresh: Credentials }): TokenKeeper {
  return tokenKeeper(cloud.url, {
    rejections,
    now: clock.read,
    readCredentials: (fresh) => Promise.resolve(fresh ? secret.fresh : secret.kept),
  });
}

function countLogins(): number {
  return cloud.journal.of('createToken').length;
}

describe('a refused password', () => {
  const refused = {
    verdict: 'permanent',
    failure: { code: 'HTTP_401', status: 401, retryable: false, retryAfterSeconds: 900 },
  };

  test('is for a person', async () => {
    await expect(keeperOf({ kept: wrong, fresh: wrong }).get(noHurry)).rejects.toMatchObject(refused);
  });

  test('is tried once by 20 callers at the same time', async () => {
    const keeper = keeperOf({ kept: wrong, fresh: wrong });
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => keeper.get(noHurry)));
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'rejected'));
    expect(countLogins()).toBe(1);
  });

  test.each([
    { why: 'at once', waitMs: 0, logins: 1, seconds: 900 },
    { why: 'after five minutes', waitMs: 5 * MINUTE_MS, logins: 1, seconds: 600 },
    { why: 'a moment before the time is over', waitMs: 15 * MINUTE_MS - 1, logins: 1, seconds: 1 },
    { why: 'when the time is over', waitMs: 15 * MINUTE_MS, logins: 2, seconds: 900 },
  ])('has been tried $logins times after a second try $why', async ({ waitMs, logins, seconds }) => {
    const keeper = keeperOf({ kept: wrong, fresh: wrong });
    await keeper.get(noHurry).catch(() => undefined);
    clock.now += waitMs;
    await expect(keeper.get(noHurry)).rejects.toMatchObject({
      failure: { ...refused.failure, retryAfterSeconds: seconds },
    });
    expect(countLogins()).toBe(logins);
  });

  test('never locks the user, however often it is needed', async () => {
    const keeper = keeperOf({ kept: wrong, fresh: wrong });
    for (let minute = 0; minute < 60; minute += 1) {
      await keeper.get(noHurry).catch(() => undefined);
      clock.now += MINUTE_MS;
    }
    expect(countLogins()).toBe(4);
    await expect(keeperOf({ kept: stored, fresh: stored }).get(noHurry)).resolves.toHaveLength(2000);
  });

  test('is not tried again for another account with the same user', async () => {
    const accounts = Array.from({ length: 3 }, () => keeperOf({ kept: wrong, fresh: wrong }));
    for (const keeper of accounts) await expect(keeper.get(noHurry)).rejects.toMatchObject(refused);
    expect(countLogins()).toBe(1);
  });

  test('holds up no other user', async () => {
    cloud.cloud.addUser({ ...USER, name: 'second' });
    await keeperOf({ kept: wrong, fresh: wrong })
      .get(noHurry)
      .catch(() => undefined);
    const second = parseCredentials(SECRET.replace(USER.name, 'second'));
    await expect(keeperOf({ kept: second, fresh: second }).get(noHurry)).resolves.toHaveLength(2000);
  });
});

describe('a changed secret', () => {
  test('is tried at once, where the refused one is still the kept one', async () => {
    const secret = { kept: wrong, fresh: wrong };
    const keeper = keeperOf(secret);
    await keeper.get(noHurry).catch(() => undefined);
    secret.fresh = stored;
    await expect(keeper.get(noHurry)).resolves.toHaveLength(2000);
    expect(countLogins()).toBe(2);
  });

  test('saves the very login at which the kept one is refused', async () => {
    cloud.cloud.setPassword(USER.domain, USER.name, 'new');
    const keeper = keeperOf({ kept: stored, fresh: withPassword('new') });
    await expect(keeper.get(noHurry)).resolves.toHaveLength(2000);
    expect(countLogins()).toBe(2);
  });

  test('is tried once, where it is wrong as well', async () => {
    const keeper = keeperOf({ kept: wrong, fresh: withPassword('wrong too') });
    for (let i = 0; i < 5; i += 1) await keeper.get(noHurry).catch(() => undefined);
    expect(countLogins()).toBe(2);
  });

  test('is not looked for after a failure that says nothing about the password', async () => {
    cloud.fault('createToken', { status: 503 });
    const reads: boolean[] = [];
    const keeper = tokenKeeper(cloud.url, {
      rejections,
      readCredentials: (fresh) => {
        reads.push(fresh);
        return Promise.resolve(stored);
      },
    });
    await keeper.get(noHurry).catch(() => undefined);
    expect(reads).toEqual([false]);
  });
});

describe('a locked user', () => {
  test('is waited for, and not tried until then', async () => {
    cloud.cloud.addUser({ ...USER, status: 'locked' });
    const keeper = keeperOf({ kept: stored, fresh: stored });
    const locked = { code: 'IAM.0061', status: 401, retryable: true };
    await expect(keeper.get(noHurry)).rejects.toMatchObject({
      failure: { ...locked, retryAfterSeconds: 900 },
    });
    clock.now += 10 * MINUTE_MS;
    await expect(keeper.get(noHurry)).rejects.toMatchObject({
      failure: { ...locked, retryAfterSeconds: 300 },
    });
    expect(countLogins()).toBe(1);
    cloud.cloud.addUser(USER);
    clock.now += 5 * MINUTE_MS;
    await expect(keeper.get(noHurry)).resolves.toHaveLength(2000);
  });
});
