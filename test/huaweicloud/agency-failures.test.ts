import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Credentials, parseCredentials } from '../../lib/huaweicloud/credentials.ts';
import { Rejections } from '../../lib/huaweicloud/rejections.ts';
import type { Emulator, Fault } from '../../local/huaweicloud/emulator.ts';
import { AGENCY, AGENCY_SECRET, SECRET, startCloud, USER } from '../support/cloud.ts';
import { givingUpAfter, noHurry } from '../support/deadline.ts';
import { type TokenKeeper, tokenKeeper } from '../support/swr-client.ts';

const PAGE = '<html></html>';
const ACTING = parseCredentials(AGENCY_SECRET);

let cloud: Emulator;
beforeEach(async () => {
  cloud = await startCloud();
});
afterEach(() => cloud.close());

function keeperOf(credentials: Credentials = ACTING, rejections = new Rejections()): TokenKeeper {
  return tokenKeeper(cloud.url, { readCredentials: () => Promise.resolve(credentials), rejections });
}

/** From now on. The user's token is asked for first, and then that of the agency. */
function failAt(step: 'user' | 'agency', fault: Fault): void {
  cloud.fault('createToken', fault, { nth: step === 'user' ? 1 : 2, times: Infinity });
}

/** How often a token was asked for with each proof. */
function count(): { password: number; token: number } {
  const proofs = cloud.journal.of('createToken').map(({ auth }) => auth);
  const token = proofs.filter((auth) => auth === 'token').length;
  return { password: proofs.length - token, token };
}

interface Failing {
  readonly why: string;
  readonly fault: Fault;
  readonly code: string;
  readonly retryable: boolean;
}

const failing: readonly Failing[] = [
  {
    why: 'the token that asks is not accepted',
    fault: { status: 401, code: 'IAM.0067' },
    code: 'IAM.0067',
    retryable: false,
  },
  { why: 'the user is no Agent Operator', fault: { status: 403 }, code: 'HTTP_403', retryable: false },
  { why: 'there is no such agency', fault: { status: 404 }, code: 'HTTP_404', retryable: false },
  {
    why: 'the request is not understood',
    fault: { status: 400, code: 'IAM.0011' },
    code: 'IAM.0011',
    retryable: false,
  },
  { why: 'something else is under way', fault: { status: 409 }, code: 'HTTP_409', retryable: true },
  {
    why: 'the region fails over',
    fault: { status: 410, code: 'IAM.0020' },
    code: 'IAM.0020',
    retryable: true,
  },
  { why: 'IAM throttles', fault: { status: 429, code: 'IAM.0012' }, code: 'IAM.0012', retryable: true },
  { why: 'IAM is broken', fault: { status: 500, body: '' }, code: 'HTTP_500', retryable: true },
  { why: 'IAM is away', fault: { status: 503 }, code: 'HTTP_503', retryable: true },
  { why: 'a proxy is broken', fault: { status: 502, body: PAGE }, code: 'HTTP_502', retryable: true },
  { why: 'a proxy finds nothing', fault: { status: 404, body: PAGE }, code: 'HTTP_404', retryable: true },
  {
    why: 'the token is missing',
    fault: { omitHeaders: ['X-Subject-Token'] },
    code: 'HTTP_201',
    retryable: true,
  },
  {
    why: 'the token is empty',
    fault: { headers: { 'X-Subject-Token': '' } },
    code: 'HTTP_201',
    retryable: true,
  },
  { why: 'the connection is lost', fault: { reset: 'headers' }, code: 'ECONNRESET', retryable: true },
  { why: 'the answer breaks off', fault: { reset: 'body' }, code: 'ECONNRESET', retryable: true },
];

describe('a failure to become the agency', () => {
  test.each(failing)('is worth another try: $retryable, and holds up no login, where $why', async (each) => {
    const keeper = keeperOf();
    failAt('agency', each.fault);
    await expect(keeper.get(noHurry)).rejects.toMatchObject({
      verdict: each.retryable ? 'retry' : 'permanent',
      failure: {
        code: each.code,
        retryable: each.retryable,
        message: expect.stringContaining('getting an IAM token of the agency: '),
      },
    });
    cloud.clearFaults();
    await expect(keeper.get(noHurry)).resolves.toHaveLength(2000);
    expect(count().password).toBe(2);
  });

  test('says for how long IAM wants to be left alone', async () => {
    failAt('agency', { status: 429, headers: { 'Retry-After': '30' } });
    await expect(keeperOf().get(noHurry)).rejects.toMatchObject({ failure: { retryAfterSeconds: 30 } });
  });

  test('is given up in time where no answer comes', async () => {
    failAt('agency', { hang: true });
    await expect(keeperOf().get(givingUpAfter(100))).rejects.toMatchObject({
      failure: { code: 'TIMEOUT', retryable: true },
    });
    expect(count()).toEqual({ password: 1, token: 1 });
  });
});

describe('an agency that can not be had', () => {
  test.each([
    { why: 'the user is no Agent Operator', change: () => cloud.cloud.addUser(USER), code: 'HTTP_403' },
    {
      why: 'the other account has taken it back',
      change: () => cloud.cloud.removeAgency(AGENCY.domain, AGENCY.name),
      code: 'HTTP_404',
    },
    {
      why: 'it is for somebody else now',
      change: () => cloud.cloud.addAgency({ ...AGENCY, delegatedTo: 'auditors' }),
      code: 'HTTP_403',
    },
  ])('is for a person, and can be had as soon as that is mended, where $why', async ({ change, code }) => {
    const keeper = keeperOf();
    change();
    await expect(keeper.get(noHurry)).rejects.toMatchObject({
      verdict: 'permanent',
      failure: { code, retryable: false, message: expect.stringContaining('of the agency: ') },
    });
    cloud.cloud.addUser({ ...USER, agentOperator: true });
    cloud.cloud.addAgency(AGENCY);
    await expect(keeper.get(noHurry)).resolves.toHaveLength(2000);
  });
});

describe('a failure of the login before', () => {
  test.each(failing)('never gets to the agency, where $why', async (each) => {
    failAt('user', each.fault);
    const error = {
      failure: { code: each.code, message: expect.stringContaining('getting an IAM token: ') },
    };
    await expect(keeperOf().get(noHurry)).rejects.toMatchObject(error);
    expect(count()).toEqual({ password: 1, token: 0 });
  });

  test.each([
    { why: 'as another agency', other: { ...ACTING, agency: 'other' } },
    { why: 'as the user alone', other: parseCredentials(SECRET) },
  ])('is not tried again with the same password $why', async ({ other }) => {
    const rejections = new Rejections();
    failAt('user', { status: 401, code: 'IAM.0062' });
    const refused = { failure: { code: 'IAM.0062', retryAfterSeconds: 900 } };
    await expect(keeperOf(ACTING, rejections).get(noHurry)).rejects.toMatchObject(refused);
    await expect(keeperOf(other, rejections).get(noHurry)).rejects.toMatchObject(refused);
    expect(count()).toEqual({ password: 1, token: 0 });
  });
});
