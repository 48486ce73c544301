import { expect, test } from '@jest/globals';
import { expectFailure } from '../support/caught.ts';
import { MINUTE_MS, stopClock } from '../support/clock.ts';
import { noHurry } from '../support/deadline.ts';
import { type LoopbackServer, respond, useServer } from '../support/loopback-server.ts';
import { tokenReader } from '../support/swr-client.ts';

const LIFE = {
  token: { issued_at: '2026-11-24T03:00:00.000000Z', expires_at: '2026-11-25T03:00:00.000000Z' },
};
const DATE = { Date: 'Tue, 24 Nov 2026 03:00:00 GMT' };

const server = useServer(() => undefined);

/** Has IAM give the same answer to every request. */
function answerWith(body: unknown, headers: Record<string, string>): LoopbackServer {
  server.answer = (response) => respond(response, 201, body, headers);
  return server;
}

test('a login sends the password and the project, and wants no catalog', async () => {
  const { url, requests } = answerWith(LIFE, { 'X-Subject-Token': 'TOKEN' });
  await tokenReader(url).get(noHurry);
  expect(requests).toMatchObject([
    {
      method: 'POST',
      path: '/v3/auth/tokens?nocatalog=true',
      headers: { 'content-type': 'application/json' },
    },
  ]);
  expect(requests[0]?.headers).not.toHaveProperty('x-auth-token');
  expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
    auth: {
      identity: {
        methods: ['password'],
        password: {
          user: { domain: { name: 'acme-account' }, name: 'robot', password: 'pa55word-for-tests' },
        },
      },
      scope: { project: { name: 'cn-north-4' } },
    },
  });
});

test('a login sends a password with any characters unchanged', async () => {
  const { url, requests } = answerWith(LIFE, { 'X-Subject-Token': 'TOKEN' });
  const password = 'päss"wörd\\ 漢字';
  await tokenReader(url, {
    readCredentials: () => Promise.resolve({ kind: 'password', domain: 'd', user: 'u', password }),
  }).get(noHurry);
  expect(JSON.parse(requests[0]?.body ?? '')).toHaveProperty(
    'auth.identity.password.user.password',
    password,
  );
});

test.each([2000, 20 * 1024, 63 * 1024])('a token can have %i characters', async (length) => {
  const token = 'M'.repeat(length);
  const { url } = answerWith(LIFE, { 'X-Subject-Token': token });
  await expect(tokenReader(url).get(noHurry)).resolves.toBe(token);
});

test('a header block of more than 64 KiB is a transient failure', async () => {
  const { url } = answerWith(LIFE, { 'X-Subject-Token': 'M'.repeat(70 * 1024) });
  await expectFailure(tokenReader(url).get(noHurry), { code: 'HPE_HEADER_OVERFLOW', retryable: true });
});

test.each([{}, { 'X-Subject-Token': '' }])(
  'a 201 with the headers %j is a transient failure',
  async (headers) => {
    const { url } = answerWith(LIFE, headers);
    await expectFailure(tokenReader(url).get(noHurry), { code: 'HTTP_201', status: 201, retryable: true });
  },
);

const endingAt = (time: string) => ({ token: { expires_at: time } });

test.each<[minutes: number, why: string, body: unknown, headers?: Record<string, string>]>([
  [24 * 60 - 10, 'a lifetime of a day', LIFE],
  [50, 'an end an hour after the date of the answer', endingAt('2026-11-24T04:00:00.000000Z'), DATE],
  [8, 'no end', { token: {} }],
  [8, 'an invalid end', endingAt('soon')],
  [8, 'an end before the beginning', { token: { ...LIFE.token, expires_at: '2026-11-24T02:00:00.000000Z' } }],
  [8, 'a page for a body', '<html></html>'],
  [8, 'an empty body', ''],
])('the next login comes after %i minutes for %s', async (minutes, _, body, headers = {}) => {
  const clock = stopClock();
  const { url, requests } = answerWith(body, { 'X-Subject-Token': 'TOKEN', ...headers });
  const reader = tokenReader(url, { now: clock.read });
  await reader.get(noHurry);
  clock.now += minutes * MINUTE_MS - 1;
  await reader.get(noHurry);
  expect(requests).toHaveLength(1);
  clock.now += 1;
  await reader.get(noHurry);
  expect(requests).toHaveLength(2);
});
