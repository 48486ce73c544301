import { Agent } from 'node:http';
import { expect, test } from '@jest/globals';
import { authenticate, DR, syncRepo, useAcme } from './acme.ts';
import { sendRequest } from './send-request.ts';

const acme = useAcme();

test('writes down every call, in order', async () => {
  const headers = await authenticate(acme.url);
  acme.clock.now += 5;
  const path = syncRepo('payments$api');
  await sendRequest(acme.url, { method: 'DELETE', path, headers, body: JSON.stringify(DR) });
  await sendRequest(acme.url, { path: '/nowhere' });
  expect(acme.journal.entries).toEqual([
    {
      at: acme.clock.now - 5,
      operation: 'createToken',
      method: 'POST',
      path: '/v3/auth/tokens?nocatalog=true',
      status: 201,
      auth: 'none',
      connection: expect.any(Number),
    },
    {
      at: acme.clock.now,
      operation: 'deleteSyncTask',
      method: 'DELETE',
      path: '/v2/manage/namespaces/acme/repos/payments$api/sync_repo',
      status: 200,
      namespace: 'acme',
      repository: 'payments/api',
      target: DR,
      auth: 'token',
      connection: expect.any(Number),
    },
    {
      at: acme.clock.now,
      operation: 'unknown',
      method: 'GET',
      path: '/nowhere',
      status: 404,
      auth: 'none',
      connection: expect.any(Number),
    },
  ]);
});

test('has a status before the client has the answer', async () => {
  for (let i = 0; i < 20; i++) {
    await sendRequest(acme.url, { path: '/nowhere' });
    expect(acme.journal.entries.at(-1)?.status).toBe(404);
  }
});

test.each([
  { why: 'kept alive', keepAlive: true, connections: 1 },
  { why: 'closed each time', keepAlive: false, connections: 3 },
])('numbers connections, so that they show as $why', async ({ keepAlive, connections }) => {
  const agent = new Agent({ keepAlive });
  for (let i = 0; i < 3; i++) await sendRequest(acme.url, { path: '/nowhere', agent });
  agent.destroy();
  expect(new Set(acme.journal.entries.map(({ connection }) => connection)).size).toBe(connections);
});

test('is empty after it was cleared', async () => {
  await sendRequest(acme.url, { path: '/nowhere' });
  acme.journal.clear();
  expect(acme.journal.entries).toEqual([]);
});

test('resolves when the entries fulfil the condition', async () => {
  const seen = acme.journal
    .waitFor((entries) => entries.filter(({ status }) => status === 404).length === 2)
    .then(() => acme.journal.entries.length);
  await sendRequest(acme.url, { path: '/nowhere' });
  await sendRequest(acme.url, { path: '/nowhere' });
  expect(await seen).toBe(2);
});

test('resolves at once when they already do', async () => {
  await sendRequest(acme.url, { path: '/nowhere' });
  await expect(acme.journal.waitFor((entries) => entries.length === 1, 0)).resolves.toBeUndefined();
});

test('times out with its entries', async () => {
  await sendRequest(acme.url, { path: '/nowhere' });
  await expect(acme.journal.waitFor(() => false, 1)).rejects.toThrow('[unknown 404]');
});
