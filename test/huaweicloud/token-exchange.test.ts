import { afterEach, describe, expect, test } from '@jest/globals';
import { MINUTE_MS, stopClock } from '../support/clock.ts';
import { noHurry } from '../support/deadline.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';
import { tokenKeeper } from '../support/swr-client.ts';

const LIFE = {
  token: { issued_at: '2026-11-24T03:00:00.000000Z', expires_at: '2026-11-25T03:00:00.000000Z' },
};

let server: LoopbackServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** An IAM that always gives the same answer. */
async function startIam(body: unknown, headers: Record<string, string>): Promise<LoopbackServer> {
  server = await startLoopbackServer((response) => respond(response, 201, body, headers));
  return server;
}

test('asks with a password, for a project, and without a catalog', async () => {
  const { url, requests } = await startIam(LIFE, { 'X-Subject-Token': 'TOKEN' });
  await tokenKeeper(url).get(noHurry);
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

test('sends a password as it is, whatever letters it has', async () => {
  const { url, requests } = await startIam(LIFE, { 'X-Subject-Token': 'TOKEN' });
  const password = 'päss"wörd\\ 漢字';
  await tokenKeeper(url, {
    readCredentials: () => Promise.resolve({ kind: 'password', domain: 'd', user: 'u', password }),
  }).get(noHurry);
  expect(JSON.parse(requests[0]?.body ?? '')).toHaveProperty(
    'auth.identity.password.user.password',
    password,
  );
});

test.each([
  { why: 'a usual one', length: 2000 },
  { why: "one beyond Node's usual limit", length: 20 * 1024 },
  { why: 'one that nearly fills a header block of 64 KiB', length: 63 * 1024 },
])('takes a token of $length characters: $why', async ({ length }) => {
  const token = 'M'.repeat(length);
  const { url } = await startIam(LIFE, { 'X-Subject-Token': token });
  await expect(tokenKeeper(url).get(noHurry)).resolves.toBe(token);
});

test('refuses a header block beyond 64 KiB', async () => {
  const { url } = await startIam(LIFE, { 'X-Subject-Token': 'M'.repeat(70 * 1024) });
  await expect(tokenKeeper(url).get(noHurry)).rejects.toMatchObject({
    failure: { code: 'HPE_HEADER_OVERFLOW', retryable: true },
  });
});

test.each([
  { why: 'there is no such header', headers: {} },
  { why: 'the header is empty', headers: { 'X-Subject-Token': '' } },
])('does not take a 201 for a token where $why', async ({ headers }) => {
  const { url } = await startIam(LIFE, headers);
  await expect(tokenKeeper(url).get(noHurry)).rejects.toMatchObject({
    failure: { code: 'HTTP_201', status: 201, retryable: true },
  });
});

describe('the life of a token', () => {
  const date = { Date: 'Tue, 24 Nov 2026 03:00:00 GMT' };
  const past = { token: { ...LIFE.token, expires_at: '2026-11-24T02:00:00.000000Z' } };
  test.each([
    { why: 'is in the body', body: LIFE, headers: {}, minutes: 24 * 60 - 10 },
    {
      why: "begins at the answer's date where the body names no beginning",
      body: { token: { expires_at: '2026-11-24T04:00:00.000000Z' } },
      headers: date,
      minutes: 50,
    },
    { why: 'is short where the body names no end', body: { token: {} }, headers: {}, minutes: 8 },
    {
      why: 'is short where the end can not be read',
      body: { token: { expires_at: 'soon' } },
      headers: {},
      minutes: 8,
    },
    { why: 'is short where it ended before it began', body: past, headers: {}, minutes: 8 },
    { why: 'is short where the body is no JSON', body: '<html></html>', headers: {}, minutes: 8 },
    { why: 'is short where the body is empty', body: '', headers: {}, minutes: 8 },
  ])('$why: $minutes minutes to the next login', async ({ body, headers, minutes }) => {
    const clock = stopClock();
    const { url, requests } = await startIam(body, { 'X-Subject-Token': 'TOKEN', ...headers });
    const keeper = tokenKeeper(url, { now: clock.read });
    await keeper.get(noHurry);
    clock.now += minutes * MINUTE_MS - 1;
    await keeper.get(noHurry);
    expect(requests).toHaveLength(1);
    clock.now += 1;
    await keeper.get(noHurry);
    expect(requests).toHaveLength(2);
  });
});
