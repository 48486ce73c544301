import { describe, expect, test } from '@jest/globals';
import { HOUR_MS, MINUTE_MS } from '../support/clock.ts';
import { startCloud } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { recordLog } from '../support/recorded-log.ts';
import { tokenReader } from '../support/swr-client.ts';
import { useCloud } from './use-cloud.ts';

const REJECTION = { status: 401, headers: {}, body: '' };

const cloud = useCloud({ stopped: true });

test('one login serves 20 callers at the same time', async () => {
  const reader = tokenReader(cloud.url, { now: cloud.clock.read });
  const tokens = await Promise.all(Array.from({ length: 20 }, () => reader.get(noHurry)));
  expect(new Set(tokens).size).toBe(1);
  expect(tokens[0]).toHaveLength(2000);
  expect(cloud.countLogins()).toBe(1);
});

test('a failed login does not prevent the next one', async () => {
  cloud.fault('createToken', { status: 503 });
  const reader = tokenReader(cloud.url);
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => reader.get(noHurry)));
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
  expect(cloud.countLogins()).toBe(1);
  await expect(reader.get(noHurry)).resolves.toHaveLength(2000);
});

test('a login is logged without the token', async () => {
  const recorded = recordLog();
  const token = await tokenReader(cloud.url, { log: recorded.log }).get(noHurry);
  expect(recorded.of('token')).toMatchObject([
    { level: 'info', ms: expect.any(Number), validSeconds: 86_400 },
  ]);
  expect(recorded.lines.join('\n')).not.toContain(token.slice(0, 20));
});

describe('a token', () => {
  test.each([
    { why: '0 s', afterMs: 0, logins: 1 },
    { why: 'all but 601 s of it', afterMs: 24 * HOUR_MS - 10 * MINUTE_MS - 1000, logins: 1 },
    { why: 'all but 600 s of it', afterMs: 24 * HOUR_MS - 10 * MINUTE_MS, logins: 2 },
    { why: '25 hours', afterMs: 25 * HOUR_MS, logins: 2 },
  ])('of a day takes $logins logins after $why', async ({ afterMs, logins }) => {
    const reader = tokenReader(cloud.url, { now: cloud.clock.read });
    const first = await reader.get(noHurry);
    cloud.clock.now += afterMs;
    expect((await reader.get(noHurry)) === first).toBe(logins === 1);
    expect(cloud.countLogins()).toBe(logins);
  });

  test.each([
    { minutes: 3, logins: 1 },
    { minutes: 4, logins: 2 },
  ])('of five minutes takes $logins logins after $minutes minutes', async ({ minutes, logins }) => {
    await using brief = await startCloud({ clock: cloud.clock.read, tokenLifetimeMs: 5 * MINUTE_MS });
    const reader = tokenReader(brief.url, { now: cloud.clock.read });
    await reader.get(noHurry);
    cloud.clock.now += minutes * MINUTE_MS;
    await reader.get(noHurry);
    expect(brief.journal.of('createToken')).toHaveLength(logins);
  });

  test.each([0, 48, -48])('is kept while it is valid with a clock %i hours ahead', async (hours) => {
    const reader = tokenReader(cloud.url, { now: () => cloud.clock.now + hours * HOUR_MS });
    await reader.get(noHurry);
    cloud.clock.now += 23 * HOUR_MS;
    await reader.get(noHurry);
    expect(cloud.countLogins()).toBe(1);
    cloud.clock.now += HOUR_MS;
    await reader.get(noHurry);
    expect(cloud.countLogins()).toBe(2);
  });

  test('is renewed once after SWR has rejected it', async () => {
    const reader = tokenReader(cloud.url);
    const first = await reader.authorize(noHurry);
    expect(first.rejected(REJECTION, 1)).toBe(true);
    const second = await reader.get(noHurry);
    expect(second).not.toBe(first.headers['x-auth-token']);
    first.rejected(REJECTION, 1);
    expect(await reader.get(noHurry)).toBe(second);
    expect(cloud.countLogins()).toBe(2);
  });

  test('is not shared between accounts', async () => {
    const other = await tokenReader(cloud.url).get(noHurry);
    expect(await tokenReader(cloud.url).get(noHurry)).not.toBe(other);
  });
});
