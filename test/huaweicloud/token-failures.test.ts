import { describe, expect, test } from '@jest/globals';
import { ServiceError } from '../../lib/failure.ts';
import { type Credentials, parseCredentials } from '../../lib/huaweicloud/credentials.ts';
import { Rejections } from '../../lib/huaweicloud/rejections.ts';
import type { Fault } from '../../local/huaweicloud/emulator.ts';
import { expectFailure } from '../support/caught.ts';
import { AGENCY, AGENCY_SECRET, SECRET, USER } from '../support/cloud.ts';
import { givingUpAfter, noHurry } from '../support/deadline.ts';
import { type TokenReader, tokenReader } from '../support/swr-client.ts';
import { useCloud } from './use-cloud.ts';

const PAGE = '<html></html>';
const USER_CREDENTIALS = parseCredentials(SECRET);
const AGENCY_CREDENTIALS = parseCredentials(AGENCY_SECRET);

const cloud = useCloud();

function readerOf(credentials: Credentials, rejections = new Rejections()): TokenReader {
  return tokenReader(cloud.url, { readCredentials: () => Promise.resolve(credentials), rejections });
}

const login = () => readerOf(USER_CREDENTIALS);
const assume = () => readerOf(AGENCY_CREDENTIALS);

/** From now on. The first request is for the user's token, and the second one for that of the agency. */
function failAt(step: 'user' | 'agency', fault: Fault): void {
  cloud.fault('createToken', fault, { nth: step === 'user' ? 1 : 2, times: Infinity });
}

/** The requests for a token, by what they were authenticated with. */
function count(): { password: number; token: number } {
  const { token = [], none = [] } = Object.groupBy(cloud.journal.of('createToken'), ({ auth }) => auth);
  return { password: none.length, token: token.length };
}

type Row = readonly [why: string, fault: Fault, code: string];

const transient: readonly Row[] = [
  ['a conflict', { status: 409 }, 'HTTP_409'],
  ['a region that fails over', { status: 410, code: 'IAM.0020' }, 'IAM.0020'],
  ['a throttled call', { status: 429, code: 'IAM.0012' }, 'IAM.0012'],
  ['an internal error', { status: 500, body: '' }, 'HTTP_500'],
  ['an unavailable IAM', { status: 503 }, 'HTTP_503'],
  ['a 502 of a proxy', { status: 502, body: PAGE }, 'HTTP_502'],
  ['a 404 of a proxy', { status: 404, body: PAGE }, 'HTTP_404'],
  ['a missing token', { omitHeaders: ['X-Subject-Token'] }, 'HTTP_201'],
  ['an empty token', { headers: { 'X-Subject-Token': '' } }, 'HTTP_201'],
  ['a connection lost in the headers', { reset: 'headers' }, 'ECONNRESET'],
  ['a connection lost in the body', { reset: 'body' }, 'ECONNRESET'],
];

const permanent: readonly Row[] = [
  ['an invalid token', { status: 401, code: 'IAM.0067' }, 'IAM.0067'],
  ['a user without the permission', { status: 403 }, 'HTTP_403'],
  ['an unknown agency', { status: 404 }, 'HTTP_404'],
  ['an invalid request', { status: 400, code: 'IAM.0011' }, 'IAM.0011'],
];

describe('a failed login', () => {
  test.each(transient)('is transient and retried after %s', async (_, fault, code) => {
    cloud.fault('createToken', fault);
    const reader = login();
    await expectFailure(reader.get(noHurry), { code, retryable: true });
    await expect(reader.get(noHurry)).resolves.toHaveLength(2000);
    expect(cloud.countLogins()).toBe(2);
  });

  test.each<Row>([
    ['a wrong password', { status: 401, code: 'IAM.0062' }, 'IAM.0062'],
    ['an expired password', { status: 401, code: 'IAM.0066' }, 'IAM.0066'],
    ['an invalid token', { status: 401, code: 'IAM.0067' }, 'IAM.0067'],
    ['a user for the console only', { status: 403, code: 'IAM.0081' }, 'IAM.0081'],
    ['a disabled user', { status: 403, code: 'IAM.0082' }, 'IAM.0082'],
  ])('is permanent and not retried after %s', async (_, fault, code) => {
    cloud.fault('createToken', fault);
    const reader = login();
    await expectFailure(reader.get(noHurry), { code, retryable: false });
    await expectFailure(reader.get(noHurry), { code });
    expect(cloud.countLogins()).toBe(1);
  });

  test('has the Retry-After of IAM', async () => {
    cloud.fault('createToken', { status: 429, code: 'IAM.0012', headers: { 'Retry-After': '30' } });
    await expectFailure(login().get(noHurry), { retryAfterSeconds: 30 });
  });

  test.each<Fault>([{ hang: true }, { drip: { everyMs: 10 } }])('times out with %j', async (fault) => {
    cloud.fault('createToken', fault);
    await expectFailure(login().get(givingUpAfter(100)), { code: 'TIMEOUT', retryable: true });
  });

  test('is transient when no server listens', async () => {
    await cloud.close();
    await expectFailure(login().get(noHurry), { code: 'ECONNREFUSED', retryable: true });
  });

  test('makes no call without a secret', async () => {
    const unusable = new ServiceError({
      code: 'SECRET_UNUSABLE',
      message: 'no such secret',
      retryable: false,
    });
    const reader = tokenReader(cloud.url, { readCredentials: () => Promise.reject(unusable) });
    await expect(reader.get(noHurry)).rejects.toBe(unusable);
    expect(cloud.journal.entries).toEqual([]);
  });

  test.each([...transient, ...permanent])(
    'requests no token of an agency after %s',
    async (_, fault, code) => {
      failAt('user', fault);
      const failure = { code, message: expect.stringContaining('getting an IAM token: ') };
      await expectFailure(assume().get(noHurry), failure);
      expect(count()).toEqual({ password: 1, token: 0 });
    },
  );

  test.each([
    ['another agency', { ...AGENCY_CREDENTIALS, agency: 'other' }],
    ['the user alone', USER_CREDENTIALS],
  ])('is not retried with the same password for %s', async (_, other) => {
    const rejections = new Rejections();
    failAt('user', { status: 401, code: 'IAM.0062' });
    const rejected = { failure: { code: 'IAM.0062', retryAfterSeconds: 900 } };
    await expect(readerOf(AGENCY_CREDENTIALS, rejections).get(noHurry)).rejects.toMatchObject(rejected);
    await expect(readerOf(other, rejections).get(noHurry)).rejects.toMatchObject(rejected);
    expect(count()).toEqual({ password: 1, token: 0 });
  });
});

describe('a failed request for the token of an agency', () => {
  test.each([
    ...transient.map((row) => [...row, 'retry'] as const),
    ...permanent.map((row) => [...row, 'permanent'] as const),
  ])('blocks no login after %s', async (_, fault, code, verdict) => {
    const reader = assume();
    failAt('agency', fault);
    const message = expect.stringContaining('getting an IAM token of the agency: ');
    const failure = { code, retryable: verdict === 'retry', message };
    await expect(reader.get(noHurry)).rejects.toMatchObject({ verdict, failure });
    cloud.clearFaults();
    await expect(reader.get(noHurry)).resolves.toHaveLength(2000);
    expect(count().password).toBe(2);
  });

  test('has the Retry-After of IAM', async () => {
    failAt('agency', { status: 429, headers: { 'Retry-After': '30' } });
    await expectFailure(assume().get(noHurry), { retryAfterSeconds: 30 });
  });

  test('times out', async () => {
    failAt('agency', { hang: true });
    await expectFailure(assume().get(givingUpAfter(100)), { code: 'TIMEOUT', retryable: true });
    expect(count().password).toBe(1);
  });

  test.each([
    ['the user is no Agent Operator', () => cloud.cloud.identities.addUser(USER), 'HTTP_403'],
    [
      'the agency was removed',
      () => cloud.cloud.identities.removeAgency(AGENCY.domain, AGENCY.name),
      'HTTP_404',
    ],
    [
      'the agency is delegated to another account',
      () => cloud.cloud.identities.addAgency({ ...AGENCY, delegatedTo: 'auditors' }),
      'HTTP_403',
    ],
  ])('is permanent until fixed when %s', async (_, change, code) => {
    const reader = assume();
    change();
    await expect(reader.get(noHurry)).rejects.toMatchObject({
      verdict: 'permanent',
      failure: { code, retryable: false, message: expect.stringContaining('of the agency: ') },
    });
    cloud.cloud.identities.addUser({ ...USER, agentOperator: true });
    cloud.cloud.identities.addAgency(AGENCY);
    await expect(reader.get(noHurry)).resolves.toHaveLength(2000);
  });
});
