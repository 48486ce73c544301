import { describe, expect, test } from '@jest/globals';
import { describeLogin, expectError, JSON_TYPE, logIn, readCode, useAcme } from './acme.ts';
import { sendRequest } from './send-request.ts';

const MINUTE_MS = 60_000;
const WRONG = { error: { code: 401, message: 'The username or password is wrong.', title: 'Unauthorized' } };

const acme = useAcme();

const { auth } = describeLogin();

test('answers the right password with a token for the project', async () => {
  const reply = await logIn(acme.url);
  expect(reply.status).toBe(201);
  expect(reply.headers['x-subject-token']).toHaveLength(2000);
  expect(JSON.parse(reply.body)).toMatchObject({
    token: {
      issued_at: '2026-11-24T03:00:00.000000Z',
      expires_at: '2026-11-25T03:00:00.000000Z',
      methods: ['password'],
      project: { name: 'cn-north-4' },
      user: { name: 'robot', domain: { name: 'acme' } },
    },
  });
});

test.each([
  { why: 'it was declined', query: '?nocatalog=true', hasCatalog: false },
  { why: 'nothing was said of it', query: '', hasCatalog: true },
  { why: 'it was asked for', query: '?nocatalog=false', hasCatalog: true },
])('has a catalog in the body: $hasCatalog, as $why', async ({ query, hasCatalog }) => {
  const body = JSON.stringify(describeLogin());
  const path = `/v3/auth/tokens${query}`;
  const reply = await sendRequest(acme.url, { method: 'POST', path, headers: JSON_TYPE, body });
  expect(reply.body.includes('"catalog":[')).toBe(hasCatalog);
});

test('gives every login a token of its own', async () => {
  const [first, second] = await Promise.all([logIn(acme.url), logIn(acme.url)]);
  expect(first.headers['x-subject-token']).not.toBe(second.headers['x-subject-token']);
});

test('takes a project by its id', async () => {
  const reply = await logIn(acme.url, { auth: { ...auth, scope: { project: { id: 'c0ffee' } } } });
  expect(JSON.parse(reply.body)).toMatchObject({ token: { project: { name: 'cn-north-4_staging' } } });
});

test.each([
  ['it is no object', []],
  ['the scope is missing', { auth: { identity: auth.identity } }],
  ['the scope is empty', { auth: { ...auth, scope: {} } }],
  ['the scopes are two', { auth: { ...auth, scope: { ...auth.scope, domain: { name: 'acme' } } } }],
  [
    'the project has a name and an id',
    { auth: { ...auth, scope: { project: { name: 'cn-north-4', id: 'c0ffee' } } } },
  ],
  ['the method is another', { auth: { ...auth, identity: { methods: ['token'], token: { id: 'x' } } } }],
  [
    'the methods are two',
    { auth: { ...auth, identity: { ...auth.identity, methods: ['password', 'totp'] } } },
  ],
  ['a key is unknown', { auth, nocatalog: true }],
  [
    'the user has no domain',
    {
      auth: {
        ...auth,
        identity: { methods: ['password'], password: { user: { name: 'robot', password: 'right' } } },
      },
    },
  ],
  [
    'the password is a number',
    {
      auth: {
        ...auth,
        identity: {
          methods: ['password'],
          password: { user: { domain: { name: 'acme' }, name: 'robot', password: 1 } },
        },
      },
    },
  ],
])('refuses a request that is not the documented one: %s', async (_, login) => {
  const reply = await logIn(acme.url, login);
  expectError(reply, 400, 'IAM.0011');
});

test('refuses a request that is not sent as JSON', async () => {
  const body = JSON.stringify(describeLogin());
  const reply = await sendRequest(acme.url, { method: 'POST', path: '/v3/auth/tokens', body });
  expectError(reply, 400, 'IAM.0011');
});

test('refuses a project that does not exist without taking it for a wrong password', async () => {
  const reply = await logIn(acme.url, describeLogin({ project: 'cn-nowhere-1' }));
  expect(reply.status).toBe(400);
  expect(JSON.parse(reply.body)).toMatchObject({ error: { code: 400, title: 'Bad Request' } });
});

test.each([
  { why: 'the password is wrong', login: describeLogin({ password: 'wrong' }) },
  { why: 'the user is unknown', login: describeLogin({ name: 'nobody' }) },
])('says no more than that name or password is wrong, where $why', async ({ login }) => {
  const reply = await logIn(acme.url, login);
  expect(reply.status).toBe(401);
  expect(JSON.parse(reply.body)).toEqual(WRONG);
});

test.each([
  { state: 'disabled', status: 403, code: 'IAM.0082' },
  { state: 'console-only', status: 403, code: 'IAM.0081' },
  { state: 'locked', status: 401, code: 'IAM.0061' },
  { state: 'expired', status: 401, code: 'IAM.0066' },
] as const)('refuses a user that is $state with $code', async ({ state, status, code }) => {
  acme.cloud.identities.addUser({ domain: 'acme', name: 'second', password: 'right', status: state });
  const reply = await logIn(acme.url, describeLogin({ name: 'second' }));
  expect({ status: reply.status, code: readCode(reply) }).toEqual({ status, code });
});

async function failToLogIn(times: number): Promise<void> {
  for (let i = 0; i < times; i++) await logIn(acme.url, describeLogin({ password: 'wrong' }));
}

describe('the lock', () => {
  test.each([
    { why: 'four failures are not enough', failures: [4], waitMinutes: 0, status: 201 },
    { why: 'five failures lock', failures: [5], waitMinutes: 0, status: 401 },
    { why: 'the lock still holds at its end', failures: [5], waitMinutes: 14.99, status: 401 },
    { why: 'the lock is over after 15 minutes', failures: [5], waitMinutes: 15, status: 201 },
    {
      why: 'failures more than 15 minutes apart do not add up',
      failures: [4, 1],
      waitMinutes: 15,
      status: 201,
    },
  ])('answers the right password with $status: $why', async ({ failures, waitMinutes, status }) => {
    for (const times of failures) {
      await failToLogIn(times);
      acme.clock.now += waitMinutes * MINUTE_MS;
    }
    expect((await logIn(acme.url)).status).toBe(status);
  });

  test('names itself, unlike a wrong password', async () => {
    await failToLogIn(5);
    const reply = await logIn(acme.url);
    expect(JSON.parse(reply.body)).toEqual({ error_code: 'IAM.0061', error_msg: 'The account is locked.' });
  });

  test('counts anew after a success', async () => {
    await failToLogIn(4);
    await logIn(acme.url);
    await failToLogIn(4);
    expect((await logIn(acme.url)).status).toBe(201);
  });

  test('is not lengthened by tries while it holds', async () => {
    await failToLogIn(5);
    acme.clock.now += 14 * MINUTE_MS;
    await failToLogIn(5);
    acme.clock.now += MINUTE_MS;
    expect((await logIn(acme.url)).status).toBe(201);
  });

  test('leaves other users alone', async () => {
    acme.cloud.identities.addUser({ domain: 'acme', name: 'second', password: 'right' });
    await failToLogIn(5);
    expect((await logIn(acme.url, describeLogin({ name: 'second' }))).status).toBe(201);
  });
});
