import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../local/huaweicloud/emulator.ts';
import { caught } from '../support/caught.ts';
import { MINUTE_MS } from '../support/clock.ts';
import { DR, USER } from '../support/cloud.ts';
import { givingUpAfter, noHurry } from '../support/deadline.ts';
import {
  type Answering,
  type LoopbackServer,
  respond,
  startLoopbackServer,
} from '../support/loopback-server.ts';
import { recordLog } from '../support/recorded-log.ts';
import { swrClient, tokenKeeper } from '../support/swr-client.ts';
import { AGENCY, startAgencyIam } from './agency-iam.ts';
import { authorizerOf, KEY, startSigningCloud } from './signing.ts';

const TEMPORARY = { ...KEY, securityToken: 'temporary+for/tests==' };
/** Also a signature without its name, and what either kind of IAM in these tests gives as a token. */
const SECRETS = new RegExp(`${KEY.sk}|temporary|${USER.password}|[0-9a-f]{64}|MII`);

/** An error with all that it holds, hidden or not. */
function show(error: unknown): string {
  return inspect(error, { depth: Infinity, showHidden: true, maxArrayLength: null, maxStringLength: null });
}

let server: LoopbackServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Says in its error what it was sent, as some services do. */
function repeating(status: number, ...names: string[]): Answering {
  return (response, { headers, body }) => {
    const sent = [...names.map((name) => String(headers[name])), body].join(' ');
    respond(response, status, { error_code: 'X', error_msg: `not with ${sent}` });
  };
}

const faults: { why: string; fault: Fault }[] = [
  { why: 'a refusal', fault: { status: 401, code: 'APIGW.0301' } },
  { why: 'a missing permission', fault: { status: 403, code: 'SVCSTG.SWR.4030170' } },
  { why: 'a failure', fault: { status: 500 } },
  { why: "a proxy's page", fault: { status: 502, body: '<html></html>' } },
  { why: 'a success that is none', fault: { body: '{"errorCode":"X","errorMessage":"no"}' } },
  { why: 'a lost connection', fault: { reset: 'headers' } },
  { why: 'half of an answer', fault: { reset: 'body' } },
  { why: 'no answer', fault: { hang: true } },
];

test('no secret is missed by these tests', () => {
  for (const secret of [KEY.sk, TEMPORARY.securityToken, USER.password, 'a0'.repeat(32), 'MII-user-1'])
    expect(show(new Error('x', { cause: { headers: { secret } } }))).toMatch(SECRETS);
});

describe('an access key shows nothing', () => {
  test.each(faults)('in an error after $why', async ({ fault }) => {
    const cloud = await startSigningCloud();
    try {
      cloud.fault('deleteSyncTask', fault, { times: Infinity });
      const swr = swrClient(cloud.url, authorizerOf(cloud.url, { kept: TEMPORARY, fresh: TEMPORARY }));
      const first = await caught(swr.deleteSyncTask('acme', 'payments/api', DR, givingUpAfter(100)));
      const second = await caught(swr.deleteSyncTask('acme', 'payments/api', DR, givingUpAfter(100)));
      expect(cloud.journal.entries[0]?.auth).toBe('ak-sk');
      expect(show([first, second])).not.toMatch(SECRETS);
    } finally {
      await cloud.close();
    }
  });

  test.each([
    { why: 'a refusal', status: 401 },
    { why: 'a missing permission', status: 403 },
    { why: 'a success that is none', status: 200 },
  ])('in an error after $why that repeats it', async ({ status }) => {
    server = await startLoopbackServer(repeating(status, 'x-security-token', 'authorization'));
    const swr = swrClient(server.url, authorizerOf(server.url, { kept: TEMPORARY, fresh: TEMPORARY }));
    const error = show(await caught(swr.listSyncTasks('acme', 'payments/api', noHurry)));
    expect(server.requests[0]?.headers.authorization).toMatch(SECRETS);
    expect(error).toMatch(/not with \*\*\* SDK-HMAC-SHA256 Access=AKFORTESTS, .*, Signature=\*\*\*/);
    expect(error).not.toMatch(SECRETS);
  });

  test('in the log, where the clock differs', async () => {
    const cloud = await startSigningCloud();
    try {
      const { log, lines } = recordLog();
      const now = () => Date.now() + 20 * MINUTE_MS;
      const stored = { kept: TEMPORARY, fresh: TEMPORARY };
      await swrClient(cloud.url, authorizerOf(cloud.url, stored, { log, now })).listOrganizations(noHurry);
      expect(lines).toHaveLength(1);
      expect(lines.join('\n')).not.toMatch(SECRETS);
    } finally {
      await cloud.close();
    }
  });
});

describe('a user and its agency show nothing', () => {
  const readCredentials = () => Promise.resolve(AGENCY);

  test.each([
    { step: 'user' as const, why: 'the login repeats the password', status: 401 },
    { step: 'user' as const, why: 'the login finds nothing, and repeats the password', status: 404 },
    { step: 'agency' as const, why: "the agency repeats the user's token", status: 403 },
    { step: 'agency' as const, why: "the agency's answer is no token, and repeats the user's", status: 201 },
  ])('in an error where $why', async ({ step, status }) => {
    const iam = await startAgencyIam({ tokenLength: 200 });
    try {
      iam.answer(step, (response) => {
        const sent = iam.requests.at(-1);
        const message = `not with ${sent?.body} and ${String(sent?.headers['x-auth-token'])}`;
        respond(response, status, { error: { code: status, message } });
      });
      const error = await caught(tokenKeeper(iam.url, { readCredentials }).get(noHurry));
      expect(show(error)).toContain('***');
      expect(show(error)).not.toMatch(SECRETS);
    } finally {
      await iam.close();
    }
  });

  test.each(['user', 'agency'] as const)('in an error after no answer to the %s', async (step) => {
    const iam = await startAgencyIam();
    try {
      iam.answer(step, () => undefined);
      const error = await caught(tokenKeeper(iam.url, { readCredentials }).get(givingUpAfter(100)));
      expect(error).toMatchObject({ failure: { code: 'TIMEOUT' } });
      expect(show(error)).not.toMatch(SECRETS);
    } finally {
      await iam.close();
    }
  });
});
