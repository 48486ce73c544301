import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Credentials, parseCredentials } from '../../lib/huaweicloud/credentials.ts';
import { Rejections } from '../../lib/huaweicloud/rejections.ts';
import { expectFailure } from '../support/caught.ts';
import { MINUTE_MS } from '../support/clock.ts';
import { SECRET, USER } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { type TokenReader, tokenReader } from '../support/swr-client.ts';
import { useCloud } from './use-cloud.ts';

const stored = parseCredentials(SECRET);
const wrong = withPassword('wrong');

const cloud = useCloud({ stopped: true });
let rejections: Rejections;
beforeEach(() => {
  rejections = new Rejections(cloud.clock.read);
});

function withPassword(password: string): Credentials {
  return parseCredentials(SECRET.replace(USER.password, password));
}

/** @param secret the stored version, and the one that a cache still holds. */
function readerOf(secret: { kept: Credentials; fresh: Credentials }): TokenReader {
  return tokenReader(cloud.url, {
    rejections,
    now: cloud.clock.read,
    readCredentials: (fresh) => Promise.resolve(fresh ? secret.fresh : secret.kept),
  });
}

const readerWith = (credentials: Credentials) => readerOf({ kept: credentials, fresh: credentials });

describe('a rejected password', () => {
  const rejected = {
    verdict: 'permanent',
    failure: { code: 'HTTP_401', status: 401, retryable: false, retryAfterSeconds: 900 },
  };

  test('is used once by 20 callers at the same time', async () => {
    const reader = readerWith(wrong);
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => reader.get(noHurry)));
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'rejected'));
    expect(cloud.countLogins()).toBe(1);
  });

  test.each([
    { waitMs: 0, logins: 1, seconds: 900 },
    { waitMs: 5 * MINUTE_MS, logins: 1, seconds: 600 },
    { waitMs: 15 * MINUTE_MS - 1, logins: 1, seconds: 1 },
    { waitMs: 15 * MINUTE_MS, logins: 2, seconds: 900 },
  ])(
    'was used in $logins logins after a second call $waitMs ms later',
    async ({ waitMs, logins, seconds }) => {
      const reader = readerWith(wrong);
      await expect(reader.get(noHurry)).rejects.toMatchObject(rejected);
      cloud.clock.now += waitMs;
      await expectFailure(reader.get(noHurry), { ...rejected.failure, retryAfterSeconds: seconds });
      expect(cloud.countLogins()).toBe(logins);
    },
  );

  test('does not lock the user within an hour of calls', async () => {
    const reader = readerWith(wrong);
    for (let minute = 0; minute < 60; minute += 1) {
      await reader.get(noHurry).catch(() => undefined);
      cloud.clock.now += MINUTE_MS;
    }
    expect(cloud.countLogins()).toBe(4);
    await expect(readerWith(stored).get(noHurry)).resolves.toHaveLength(2000);
  });

  test('is not used for another account with the same user', async () => {
    const accounts = Array.from({ length: 3 }, () => readerWith(wrong));
    for (const reader of accounts) await expect(reader.get(noHurry)).rejects.toMatchObject(rejected);
    expect(cloud.countLogins()).toBe(1);
  });

  test('does not block another user', async () => {
    cloud.cloud.identities.addUser({ ...USER, name: 'second' });
    await expect(readerWith(wrong).get(noHurry)).rejects.toMatchObject(rejected);
    const second = parseCredentials(SECRET.replace(USER.name, 'second'));
    await expect(readerWith(second).get(noHurry)).resolves.toHaveLength(2000);
  });
});

describe('a changed secret', () => {
  test('is used in the next login while the cache still has the rejected one', async () => {
    const secret = { kept: wrong, fresh: wrong };
    const reader = readerOf(secret);
    await reader.get(noHurry).catch(() => undefined);
    secret.fresh = stored;
    await expect(reader.get(noHurry)).resolves.toHaveLength(2000);
    expect(cloud.countLogins()).toBe(2);
  });

  test('is used in the call whose cached password is rejected', async () => {
    cloud.cloud.identities.setPassword(USER.domain, USER.name, 'new');
    const reader = readerOf({ kept: stored, fresh: withPassword('new') });
    await expect(reader.get(noHurry)).resolves.toHaveLength(2000);
    expect(cloud.countLogins()).toBe(2);
  });

  test('is used once when it is wrong as well', async () => {
    const reader = readerOf({ kept: wrong, fresh: withPassword('wrong too') });
    for (let i = 0; i < 5; i += 1) await reader.get(noHurry).catch(() => undefined);
    expect(cloud.countLogins()).toBe(2);
  });

  test('is not read after a failure that is not about the password', async () => {
    cloud.fault('createToken', { status: 503 });
    const reads: boolean[] = [];
    const reader = tokenReader(cloud.url, {
      rejections,
      readCredentials: (fresh) => {
        reads.push(fresh);
        return Promise.resolve(stored);
      },
    });
    await reader.get(noHurry).catch(() => undefined);
    expect(reads).toEqual([false]);
  });
});

test('a locked user is transient, and not used until the lock ends', async () => {
  cloud.cloud.identities.addUser({ ...USER, status: 'locked' });
  const reader = readerWith(stored);
  const locked = { code: 'IAM.0061', status: 401, retryable: true };
  await expectFailure(reader.get(noHurry), { ...locked, retryAfterSeconds: 900 });
  cloud.clock.now += 10 * MINUTE_MS;
  await expectFailure(reader.get(noHurry), { ...locked, retryAfterSeconds: 300 });
  expect(cloud.countLogins()).toBe(1);
  cloud.cloud.identities.addUser(USER);
  cloud.clock.now += 5 * MINUTE_MS;
  await expect(reader.get(noHurry)).resolves.toHaveLength(2000);
});
