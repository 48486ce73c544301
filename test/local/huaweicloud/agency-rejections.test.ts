import { describe, expect, test } from '@jest/globals';
import { authenticate, describeLogin, describeOperatorLogin, expectError, useAcme } from './acme.ts';
import { act, askFor, delegate, describeAgency, operate } from './acting.ts';

const { auth } = describeAgency();

const acme = useAcme();

describe('a token of an agency is rejected', () => {
  const unauthorized = {
    error: {
      code: 403,
      message: 'You are not authorized to perform the requested action.',
      title: 'Forbidden',
    },
  };

  test.each([
    ['without a token', {}, expect.objectContaining({ error: expect.anything() })],
    ['with an empty token', { 'X-Auth-Token': '' }, expect.objectContaining({ error: expect.anything() })],
    [
      'with a token that was never given out',
      { 'X-Auth-Token': 'MIIabc' },
      expect.objectContaining({ error_code: 'IAM.0067' }),
    ],
  ])('%s', async (_, headers, body) => {
    const reply = await askFor(acme.url, describeAgency(), headers);
    expect({ status: reply.status, body: JSON.parse(reply.body) }).toEqual({ status: 401, body });
  });

  test('with a token that has expired', async () => {
    const operator = await operate(acme.url);
    acme.cloud.identities.expireTokens();
    const reply = await askFor(acme.url, describeAgency(), operator);
    expectError(reply, 401, 'IAM.0066');
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
    acme.cloud.identities.addUser({ domain: 'acme', name: 'operator', password: 'right' });
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
    ['the scope is missing', { auth: { identity: auth.identity } }],
    ['the scopes are two', describeAgency({ scope: { domain: { name: 'customer' } } })],
    ['the scope is empty', { auth: { ...auth, scope: {} } }],
    [
      'the methods are two',
      { auth: { ...auth, identity: { ...auth.identity, methods: ['assume_role', 'password'] } } },
    ],
    [
      'the method is another than what follows',
      { auth: { ...auth, identity: { ...auth.identity, methods: ['password'] } } },
    ],
    [
      'the account is missing',
      { auth: { ...auth, identity: { methods: ['assume_role'], assume_role: { agency_name: 'cleanup' } } } },
    ],
    [
      'the name of the agency is a number',
      {
        auth: {
          ...auth,
          identity: { methods: ['assume_role'], assume_role: { domain_name: 'customer', agency_name: 1 } },
        },
      },
    ],
    [
      'a key is unknown',
      {
        auth: {
          ...auth,
          identity: {
            methods: ['assume_role'],
            assume_role: { ...auth.identity.assume_role, duration_seconds: 900 },
          },
        },
      },
    ],
  ])('with a request that is not the documented one: %s', async (_, request) => {
    const reply = await askFor(acme.url, request, await operate(acme.url));
    expectError(reply, 400, 'IAM.0011');
  });
});
