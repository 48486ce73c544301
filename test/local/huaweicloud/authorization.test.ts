import { expect, test } from '@jest/globals';
import { authenticate, describeLogin, expectError, readCode, startAcme, useAcme } from './acme.ts';
import { type Reply, sendRequest } from './send-request.ts';

const HOUR_MS = 3_600_000;

const acme = useAcme();

function listNamespaces(headers: Record<string, string>): Promise<Reply> {
  return sendRequest(acme.url, { path: '/v2/manage/namespaces', headers });
}

test.each([
  { why: 'there is none', token: undefined, code: 'APIGW.0301' },
  { why: 'it is empty', token: '', code: 'APIGW.0301' },
  { why: 'it was never given out', token: 'MIIabc', code: 'SVCSTG.SWR.4010000' },
])('rejects a token with $code when $why', async ({ token, code }) => {
  const reply = await listNamespaces(token === undefined ? {} : { 'X-Auth-Token': token });
  expectError(reply, 401, code);
});

test.each([
  { why: 'it is in its last moment', afterMs: 24 * HOUR_MS - 1, status: 200 },
  { why: 'it is over', afterMs: 24 * HOUR_MS, status: 401 },
])('answers a token with $status where $why', async ({ afterMs, status }) => {
  const headers = await authenticate(acme.url);
  acme.clock.now += afterMs;
  expect((await listNamespaces(headers)).status).toBe(status);
});

test('asks for a new token where the old one has expired', async () => {
  const headers = await authenticate(acme.url);
  acme.cloud.identities.expireTokens();
  expect(readCode(await listNamespaces(headers))).toBe('APIGW.0307');
  expect((await listNamespaces(await authenticate(acme.url))).status).toBe(200);
});

test('ends the tokens of a user whose password changes', async () => {
  const headers = await authenticate(acme.url);
  acme.cloud.identities.setPassword('acme', 'robot', 'new');
  expect(readCode(await listNamespaces(headers))).toBe('SVCSTG.SWR.4010000');
  const renewed = await authenticate(acme.url, describeLogin({ password: 'new' }));
  expect((await listNamespaces(renewed)).status).toBe(200);
});

test('keeps the tokens of other users when a password changes', async () => {
  acme.cloud.identities.addUser({ domain: 'acme', name: 'second', password: 'right' });
  const headers = await authenticate(acme.url, describeLogin({ name: 'second' }));
  acme.cloud.identities.setPassword('acme', 'robot', 'new');
  expect((await listNamespaces(headers)).status).toBe(200);
});

test('keeps older tokens when a new one is given out', async () => {
  const older = await authenticate(acme.url);
  await authenticate(acme.url);
  expect((await listNamespaces(older)).status).toBe(200);
});

test.each([
  { why: "it is the region's own", project: 'cn-north-4', status: 200 },
  { why: 'it is below the region', project: 'cn-north-4_staging', status: 200 },
  { why: "it is another region's", project: 'cn-east-3', status: 401 },
])('answers a token of the project $project with $status: $why', async ({ project, status }) => {
  const headers = await authenticate(acme.url, describeLogin({ project }));
  expect((await listNamespaces(headers)).status).toBe(status);
});

test.each([{ tokenBytes: 100 }, { tokenBytes: 9_000 }, { tokenBytes: 20_000 }])(
  'gives out and takes tokens of $tokenBytes bytes',
  async ({ tokenBytes }) => {
    await using large = await startAcme({ tokenBytes });
    const headers = await authenticate(large.url);
    expect(headers['X-Auth-Token']).toHaveLength(tokenBytes);
    expect((await sendRequest(large.url, { path: '/v2/manage/namespaces', headers })).status).toBe(200);
  },
);

test('ends tokens after the lifetime that it was started with', async () => {
  await using brief = await startAcme({ clock: acme.clock.read, tokenLifetimeMs: 1000 });
  const headers = await authenticate(brief.url);
  acme.clock.now += 1000;
  const reply = await sendRequest(brief.url, { path: '/v2/manage/namespaces', headers });
  expect(readCode(reply)).toBe('APIGW.0307');
});
