import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Emulator } from '../../../local/huaweicloud/emulator.ts';
import { authenticate, describeLogin, readCode, startAcme, stopClock } from './acme.ts';
import { type Reply, sendRequest } from './send-request.ts';

const HOUR_MS = 3_600_000;

let emulator: Emulator;
let clock: ReturnType<typeof stopClock>;
beforeEach(async () => {
  clock = stopClock();
  emulator = await startAcme({ clock: clock.read });
});
afterEach(() => emulator.close());

function listNamespaces(headers: Record<string, string>): Promise<Reply> {
  return sendRequest(emulator.url, { path: '/v2/manage/namespaces', headers });
}

test.each([
  { why: 'there is none', token: undefined, code: 'APIGW.0301' },
  { why: 'it is empty', token: '', code: 'APIGW.0301' },
  { why: 'it was never given out', token: 'MIIabc', code: 'SVCSTG.SWR.4010000' },
])('refuses a token with $code where $why', async ({ token, code }) => {
  const reply = await listNamespaces(token === undefined ? {} : { 'X-Auth-Token': token });
  expect({ status: reply.status, code: readCode(reply) }).toEqual({ status: 401, code });
});

test.each([
  { why: 'it is in its last moment', afterMs: 24 * HOUR_MS - 1, status: 200 },
  { why: 'it is over', afterMs: 24 * HOUR_MS, status: 401 },
])('answers a token with $status where $why', async ({ afterMs, status }) => {
  const headers = await authenticate(emulator.url);
  clock.now += afterMs;
  expect((await listNamespaces(headers)).status).toBe(status);
});

test('asks for a new token where the old one has expired', async () => {
  const headers = await authenticate(emulator.url);
  emulator.cloud.expireTokens();
  expect(readCode(await listNamespaces(headers))).toBe('APIGW.0307');
  expect((await listNamespaces(await authenticate(emulator.url))).status).toBe(200);
});

test('ends the tokens of a user whose password changes', async () => {
  const headers = await authenticate(emulator.url);
  emulator.cloud.setPassword('acme', 'robot', 'new');
  expect(readCode(await listNamespaces(headers))).toBe('SVCSTG.SWR.4010000');
  const renewed = await authenticate(emulator.url, describeLogin({ password: 'new' }));
  expect((await listNamespaces(renewed)).status).toBe(200);
});

test('keeps the tokens of other users when a password changes', async () => {
  emulator.cloud.addUser({ domain: 'acme', name: 'second', password: 'right' });
  const headers = await authenticate(emulator.url, describeLogin({ name: 'second' }));
  emulator.cloud.setPassword('acme', 'robot', 'new');
  expect((await listNamespaces(headers)).status).toBe(200);
});

test('keeps older tokens when a new one is given out', async () => {
  const older = await authenticate(emulator.url);
  await authenticate(emulator.url);
  expect((await listNamespaces(older)).status).toBe(200);
});

test.each([
  { why: "it is the region's own", project: 'cn-north-4', status: 200 },
  { why: 'it is below the region', project: 'cn-north-4_staging', status: 200 },
  { why: "it is another region's", project: 'cn-east-3', status: 401 },
])('answers a token of the project $project with $status: $why', async ({ project, status }) => {
  const headers = await authenticate(emulator.url, describeLogin({ project }));
  expect((await listNamespaces(headers)).status).toBe(status);
});

test.each([{ tokenBytes: 100 }, { tokenBytes: 9_000 }, { tokenBytes: 20_000 }])(
  'gives out and takes tokens of $tokenBytes bytes',
  async ({ tokenBytes }) => {
    const large = await startAcme({ tokenBytes });
    try {
      const headers = await authenticate(large.url);
      expect(headers['X-Auth-Token']).toHaveLength(tokenBytes);
      expect((await sendRequest(large.url, { path: '/v2/manage/namespaces', headers })).status).toBe(200);
    } finally {
      await large.close();
    }
  },
);

test('ends tokens after the lifetime that it was started with', async () => {
  const brief = await startAcme({ clock: clock.read, tokenLifetimeMs: 1000 });
  try {
    const headers = await authenticate(brief.url);
    clock.now += 1000;
    const reply = await sendRequest(brief.url, { path: '/v2/manage/namespaces', headers });
    expect(readCode(reply)).toBe('APIGW.0307');
  } finally {
    await brief.close();
  }
});
