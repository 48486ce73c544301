import { describe, expect, test } from '@jest/globals';
import { authenticate, describeLogin, describeOperatorLogin, readCode, useAcme } from './acme.ts';
import { act, askFor, delegate, describeAgency, operate } from './acting.ts';

const { auth } = describeAgency();

const acme = useAcme();

describe('nobody becomes an agency', () => {
  const unauthorized = {
    error: {
      code: 403,
      message: 'You are not authorized to perform the requested action.',
      title: 'Forbidden',
    },
  };

  test.each([
    { why: 'without a token', headers: {}, body: expect.objectContaining({ error: expect.anything() }) },
    {
      why: 'with an empty token',
      headers: { 'X-Auth-Token': '' },
      body: expect.objectContaining({ error: expect.anything() }),
    },
    {
      why: 'with a token that was never given out',
      headers: { 'X-Auth-Token': 'MIIabc' },
      body: expect.objectContaining({ error_code: 'IAM.0067' }),
    },
  ])('$why', async ({ headers, body }) => {
    const reply = await askFor(acme.url, describeAgency(), headers);
    expect({ status: reply.status, body: JSON.parse(reply.body) }).toEqual({ status: 401, body });
  });

  test('with a token that has expired', async () => {
    const operator = await operate(acme.url);
    acme.cloud.expireTokens();
    const reply = await askFor(acme.url, describeAgency(), operator);
    expect({ status: reply.status, code: readCode(reply) }).toEqual({ status: 401, code: 'IAM.0066' });
  });

  test.each([
    { why: "who has a project's token", login: describeLogin({ name: 'operator' }) },
    { why: 'who is no operator', login: describeOperatorLogin('robot') },
  ])('$why', async ({ login }) => {
    const reply = await askFor(acme.url, describeAgency(), await authenticate(acme.url, login));
    expect({ status: reply.status, body: JSON.parse(reply.body) }).toEqual({
      status: 403,
      body: unauthorized,
    });
  });

  test('who is an agency already', async () => {
    const headers = await act(acme.url, { auth: { ...auth, scope: { domain: { name: 'customer' } } } });
    expect((await askFor(acme.url, describeAgency(), headers)).status).toBe(403);
  });

  test('whose account it is not delegated to', async () => {
    const reply = await askFor(acme.url, describeAgency({ agency: 'audit' }), await operate(acme.url));
    expect({ status: reply.status, body: JSON.parse(reply.body) }).toEqual({
      status: 403,
      body: unauthorized,
    });
  });

  test('who is no operator any more', async () => {
    acme.cloud.addUser({ domain: 'acme', name: 'operator', password: 'right' });
    expect((await askFor(acme.url, describeAgency(), await operate(acme.url))).status).toBe(403);
  });

  test('to whose account it is not delegated any more', async () => {
    delegate(acme, 'auditors');
    expect((await askFor(acme.url, describeAgency(), await operate(acme.url))).status).toBe(403);
  });

  test.each([
    { why: 'of a name that is unknown', request: describeAgency({ agency: 'nothing' }) },
    { why: 'of an account that has none of that name', request: describeAgency({ domain: 'acme' }) },
  ])('$why', async ({ request }) => {
    const reply = await askFor(acme.url, request, await operate(acme.url));
    expect(reply.status).toBe(404);
    expect(JSON.parse(reply.body)).toEqual({
      error: { code: 404, message: expect.stringMatching(/^Could not find role: /), title: 'Not Found' },
    });
  });

  test.each([
    { why: 'the scope is missing', request: { auth: { identity: auth.identity } } },
    { why: 'the scopes are two', request: describeAgency({ scope: { domain: { name: 'customer' } } }) },
    { why: 'the scope is empty', request: { auth: { ...auth, scope: {} } } },
    {
      why: 'the methods are two',
      request: { auth: { ...auth, identity: { ...auth.identity, methods: ['assume_role', 'password'] } } },
    },
    {
      why: 'the method is another than what follows',
      request: { auth: { ...auth, identity: { ...auth.identity, methods: ['password'] } } },
    },
    {
      why: 'the account is missing',
      request: {
        auth: { ...auth, identity: { methods: ['assume_role'], assume_role: { agency_name: 'cleanup' } } },
      },
    },
    {
      why: 'the name of the agency is a number',
      request: {
        auth: {
          ...auth,
          identity: { methods: ['assume_role'], assume_role: { domain_name: 'customer', agency_name: 1 } },
        },
      },
    },
    {
      why: 'a key is unknown',
      request: {
        auth: {
          ...auth,
          identity: {
            methods: ['assume_role'],
            assume_role: { ...auth.identity.assume_role, duration_seconds: 900 },
          },
        },
      },
    },
  ])('with a request that is not the documented one: $why', async ({ request }) => {
    const reply = await askFor(acme.url, request, await operate(acme.url));
    expect({ status: reply.status, code: readCode(reply) }).toEqual({ status: 400, code: 'IAM.0011' });
  });
});
