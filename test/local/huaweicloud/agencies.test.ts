import { describe, expect, test } from '@jest/globals';
import {
  DR,
  describeLogin,
  describeOperatorLogin,
  expectError,
  logIn,
  readCode,
  syncRepo,
  useAcme,
} from './acme.ts';
import { act, askFor, delegate, describeAgency, operate } from './acting.ts';
import { type Reply, sendRequest } from './send-request.ts';

const HOUR_MS = 3_600_000;
const { auth } = describeAgency();

const acme = useAcme();

function listTasks(headers: Record<string, string>): Promise<Reply> {
  return sendRequest(acme.url, { path: syncRepo('hello'), headers });
}

describe('a token for the whole account', () => {
  test('names the account, and no project', async () => {
    const reply = await logIn(acme.url, describeOperatorLogin());
    expect(reply.status).toBe(201);
    const { token } = JSON.parse(reply.body);
    expect(token).toMatchObject({
      domain: { name: 'acme' },
      user: { name: 'operator' },
      methods: ['password'],
    });
    expect(token).not.toHaveProperty('project');
  });

  test('is rejected for another account', async () => {
    const login = { auth: { ...describeLogin().auth, scope: { domain: { name: 'customer' } } } };
    const reply = await logIn(acme.url, login);
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body)).toMatchObject({ error: { code: 400, title: 'Bad Request' } });
  });

  test('is not accepted by SWR', async () => {
    const reply = await listTasks(await operate(acme.url));
    expectError(reply, 401, 'APIGW.0301');
  });
});

describe('a token of an agency', () => {
  test('says as what its bearer acts, and who that is', async () => {
    const reply = await askFor(acme.url, describeAgency(), await operate(acme.url));
    expect(reply.status).toBe(201);
    expect(reply.headers['x-subject-token']).toHaveLength(2000);
    expect(JSON.parse(reply.body)).toMatchObject({
      token: {
        issued_at: '2026-11-24T03:00:00.000000Z',
        expires_at: '2026-11-25T03:00:00.000000Z',
        methods: ['assume_role'],
        project: { name: 'cn-north-4', domain: { name: 'customer' } },
        user: { name: 'customer/cleanup', domain: { name: 'customer' } },
        assumed_by: { user: { name: 'operator', domain: { name: 'acme' } } },
      },
    });
  });

  test('lets its bearer act in the account of the agency', async () => {
    const headers = await act(acme.url);
    const target = JSON.stringify({ ...DR, remoteNamespace: 'elsewhere' });
    await sendRequest(acme.url, { method: 'POST', path: syncRepo('hello'), headers, body: target });
    expect(acme.cloud.tasks('acme', 'hello').map(({ domainName }) => domainName)).toEqual([
      'acme',
      'customer',
    ]);
  });

  test("may be for the agency's whole account, and is then not accepted by SWR either", async () => {
    const request = { auth: { ...auth, scope: { domain: { name: 'customer' } } } };
    const reply = await askFor(acme.url, request, await operate(acme.url));
    expect(JSON.parse(reply.body)).toMatchObject({ token: { domain: { name: 'customer' } } });
    expect((await listTasks(await act(acme.url, request))).status).toBe(401);
  });

  test.each([
    { why: 'the project does not exist', scope: { project: { name: 'cn-nowhere-1' } } },
    { why: "the account is not the agency's", scope: { domain: { name: 'acme' } } },
  ])('is rejected when $why', async ({ scope }) => {
    const reply = await askFor(acme.url, { auth: { ...auth, scope } }, await operate(acme.url));
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body)).toMatchObject({ error: { code: 400, title: 'Bad Request' } });
  });

  test('ends by itself, whenever that with which it was asked for ends', async () => {
    const operator = await operate(acme.url);
    acme.clock.now += 12 * HOUR_MS;
    const { headers } = await askFor(acme.url, describeAgency(), operator);
    const token = { 'X-Auth-Token': String(headers['x-subject-token']) };
    acme.clock.now += 24 * HOUR_MS - 1;
    expect((await listTasks(token)).status).toBe(200);
    acme.clock.now += 1;
    expect(readCode(await listTasks(token))).toBe('APIGW.0307');
  });

  test.each([
    { why: 'the agency is removed', change: () => acme.cloud.identities.removeAgency('customer', 'cleanup') },
    {
      why: "the operator's password changes",
      change: () => acme.cloud.identities.setPassword('acme', 'operator', 'new'),
    },
  ])('ends early where $why', async ({ change }) => {
    const headers = await act(acme.url);
    change();
    expect(readCode(await listTasks(headers))).toBe('SVCSTG.SWR.4010000');
  });

  test.each([
    {
      why: 'another agency is removed',
      change: () => acme.cloud.identities.removeAgency('customer', 'audit'),
    },
    {
      why: "another user's password changes",
      change: () => acme.cloud.identities.setPassword('acme', 'robot', 'new'),
    },
    { why: 'its agency is replaced', change: () => delegate(acme, 'acme') },
  ])('stays where $why', async ({ change }) => {
    const headers = await act(acme.url);
    change();
    expect((await listTasks(headers)).status).toBe(200);
  });
});
