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
import { swrClient, tokenReader } from '../support/swr-client.ts';
import { AGENCY, startAgencyIam } from './agency-iam.ts';
import { always, authorizerOf, KEY, useCloud } from './use-cloud.ts';

const TEMPORARY = { ...KEY, securityToken: 'temporary+for/tests==' };
/** Also a signature without its name, and the tokens of the emulator and of `startAgencyIam`. */
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

/** Repeats the request in its error, as some services do. */
function repeating(status: number, ...names: string[]): Answering {
  return (response, { headers, body }) => {
    const sent = [...names.map((name) => String(headers[name])), body].join(' ');
    respond(response, status, { error_code: 'X', error_msg: `not with ${sent}` });
  };
}

const faults: [why: string, fault: Fault][] = [
  ['a rejection', { status: 401, code: 'APIGW.0301' }],
  ['a missing permission', { status: 403, code: 'SVCSTG.SWR.4030170' }],
  ['a failure', { status: 500 }],
  ["a proxy's page", { status: 502, body: '<html></html>' }],
  ['a success that holds an error', { body: '{"errorCode":"X","errorMessage":"no"}' }],
  ['a lost connection', { reset: 'headers' }],
  ['half of an answer', { reset: 'body' }],
  ['no answer', { hang: true }],
];

test('the pattern of these tests matches every secret', () => {
  for (const secret of [KEY.sk, TEMPORARY.securityToken, USER.password, 'a0'.repeat(32), 'MII-user-1'])
    expect(show(new Error('x', { cause: { headers: { secret } } }))).toMatch(SECRETS);
});

describe('an access key is not shown', () => {
  const cloud = useCloud({ accessKey: true });

  test.each(faults)('in an error after %s', async (_, fault) => {
    cloud.fault('deleteSyncTask', fault, { times: Infinity });
    const swr = swrClient(cloud.url, authorizerOf(cloud.url, always(TEMPORARY)));
    const first = await caught(swr.deleteSyncTask('acme', 'payments/api', DR, givingUpAfter(100)));
    const second = await caught(swr.deleteSyncTask('acme', 'payments/api', DR, givingUpAfter(100)));
    expect(cloud.journal.entries[0]?.auth).toBe('ak-sk');
    expect(show([first, second])).not.toMatch(SECRETS);
  });

  test.each([401, 403, 200])('in an error after a %i that repeats it', async (status) => {
    server = await startLoopbackServer(repeating(status, 'x-security-token', 'authorization'));
    const swr = swrClient(server.url, authorizerOf(server.url, always(TEMPORARY)));
    const error = show(await caught(swr.listSyncTasks('acme', 'payments/api', noHurry)));
    expect(server.requests[0]?.headers.authorization).toMatch(SECRETS);
    expect(error).toMatch(/not with \*\*\* SDK-HMAC-SHA256 Access=AKFORTESTS, .*, Signature=\*\*\*/);
    expect(error).not.toMatch(SECRETS);
  });

  test('in the log when the clock differs', async () => {
    const { log, lines } = recordLog();
    const now = () => Date.now() + 20 * MINUTE_MS;
    const authorizer = authorizerOf(cloud.url, always(TEMPORARY), { log, now });
    await swrClient(cloud.url, authorizer).listOrganizations(noHurry);
    expect(lines).toHaveLength(1);
    expect(lines.join('\n')).not.toMatch(SECRETS);
  });
});

describe('the secrets of a user and its agency are not shown', () => {
  const readCredentials = () => Promise.resolve(AGENCY);

  test.each([
    { step: 'user' as const, why: 'the login repeats the password', status: 401 },
    { step: 'user' as const, why: 'the login finds nothing, and repeats the password', status: 404 },
    { step: 'agency' as const, why: "the agency repeats the user's token", status: 403 },
    { step: 'agency' as const, why: "the agency's answer is no token, and repeats the user's", status: 201 },
  ])('in an error when $why', async ({ step, status }) => {
    await using iam = await startAgencyIam({ tokenLength: 200 });
    iam.answer(step, (response) => {
      const sent = iam.requests.at(-1);
      const message = `not with ${sent?.body} and ${String(sent?.headers['x-auth-token'])}`;
      respond(response, status, { error: { code: status, message } });
    });
    const error = await caught(tokenReader(iam.url, { readCredentials }).get(noHurry));
    expect(show(error)).toContain('***');
    expect(show(error)).not.toMatch(SECRETS);
  });

  test.each(['user', 'agency'] as const)(
    'in an error after a request for the token of the %s got no answer',
    async (step) => {
      await using iam = await startAgencyIam();
      iam.answer(step, () => undefined);
      const error = await caught(tokenReader(iam.url, { readCredentials }).get(givingUpAfter(100)));
      expect(error).toMatchObject({ failure: { code: 'TIMEOUT' } });
      expect(show(error)).not.toMatch(SECRETS);
    },
  );
});
