import { inspect } from 'node:util';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { callAws } from '../../lib/aws/call.ts';
import { SecretStore } from '../../lib/aws/secret-store.ts';
import { parseCredentials } from '../../lib/huaweicloud/credentials.ts';
import { StoredSecret } from '../../lib/stored-secret.ts';
import type { Fault } from '../../local/huaweicloud/emulator.ts';
import { caught } from '../support/caught.ts';
import { useCleaning } from '../support/cleaning.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { DR, SECRET, USER } from '../support/cloud.ts';
import { givingUpAfter } from '../support/deadline.ts';
import { setVariables, useVariables } from '../support/environment.ts';
import { type Answering, respond, startLoopbackServer } from '../support/loopback-server.ts';
import { swrClient, tokenReader } from '../support/swr-client.ts';

const ACCESS_KEY = 'secret-access-key-for-tests';
const SESSION = 'session-token-for-tests';
/** As the emulator makes tokens, and as AWS signs. */
const SECRETS = new RegExp(`${USER.password}|${ACCESS_KEY}|${SESSION}|MII[\\w+=-]{20}|Signature=[0-9a-f]+`);

const cleaning = useCleaning();
beforeEach(() => cleaning.bus.clear());
useVariables(() => ({
  AWS_ACCESS_KEY_ID: 'AKIDTESTS',
  AWS_SECRET_ACCESS_KEY: ACCESS_KEY,
  AWS_SESSION_TOKEN: SESSION,
  TEST_SECRET: USER.password,
}));

/** An error with all that it holds, hidden or not. */
function show(error: unknown): string {
  return inspect(error, { depth: Infinity, showHidden: true, maxArrayLength: null, maxStringLength: null });
}

const faults: { why: string; fault: Fault }[] = [
  { why: 'a rejection', fault: { status: 401, code: 'IAM.0062' } },
  { why: 'a missing permission', fault: { status: 403, code: 'SVCSTG.SWR.4030170' } },
  { why: 'a failure', fault: { status: 500 } },
  { why: "a proxy's page", fault: { status: 502, body: '<html></html>' } },
  { why: 'a lost connection', fault: { reset: 'headers' } },
  { why: 'half of an answer', fault: { reset: 'body' } },
  { why: 'no answer', fault: { hang: true } },
];

describe('no secret is', () => {
  test('missed by the pattern of these tests', () => {
    for (const secret of [SECRET, ACCESS_KEY, SESSION]) expect(show(new Error(secret))).toMatch(SECRETS);
    expect(show(new Error('x', { cause: { headers: { a: 'MIIabcdefghijklmnopqrstuvw' } } }))).toMatch(
      SECRETS,
    );
  });

  test.each(faults)('in an error of IAM or SWR after $why', async ({ fault }) => {
    const { url } = cleaning.cloud;
    const deadline = givingUpAfter(100);
    cleaning.cloud.fault('createToken', fault, { times: Infinity });
    expect(show(await caught(tokenReader(url).get(deadline)))).not.toMatch(SECRETS);
    cleaning.cloud.clearFaults();
    cleaning.cloud.fault('deleteSyncTask', fault, { times: Infinity });
    const error = await caught(swrClient(url).deleteSyncTask('acme', 'payments/api', DR, deadline));
    expect(show(error)).not.toMatch(SECRETS);
  });

  test('in an error of IAM that repeats the password', async () => {
    const message = `no such user: ${USER.name} with ${USER.password}`;
    cleaning.cloud.fault('createToken', { status: 400, code: 'IAM.0011', message });
    const error = await caught(tokenReader(cleaning.cloud.url).get(givingUpAfter(1000)));
    expect(show(error)).toContain('no such user: robot with ***');
    expect(show(error)).not.toMatch(SECRETS);
  });

  test('in an error of SWR that repeats the token', async () => {
    const token = 'MII"abcdefghijklmnopqrstuvwxyz';
    const server = await startLoopbackServer((response, { path, headers }) => {
      if (path.startsWith('/v3/')) respond(response, 201, {}, { 'X-Subject-Token': token });
      else
        respond(response, 403, { error_code: 'X', error_msg: `not with ${String(headers['x-auth-token'])}` });
    });
    try {
      const calls = swrClient(server.url);
      const error = await caught(calls.deleteSyncTask('acme', 'payments/api', DR, givingUpAfter(1000)));
      expect(show(error)).toContain('not with ***');
      expect(show(error)).not.toContain('abcdefghijklmnop');
    } finally {
      await server.close();
    }
  });

  test.each(faults)('in the log, in the dead-letter queue or on the bus after $why', async ({ fault }) => {
    for (const operation of ['createToken', 'listSyncTasks', 'deleteSyncTask'] as const) {
      cleaning.cloud.fault(operation, fault, { times: Infinity });
      cleaning.sqs.put(cleanupRequest({ targets: [DR] }));
      await cleaning.workOff(cleaning.context({ maxReceiveCount: 1 }), givingUpAfter(100));
      cleaning.cloud.clearFaults();
    }
    expect(cleaning.sqs.deadLettered()).toHaveLength(3);
    const shown = [
      ...cleaning.recorded.lines,
      JSON.stringify(cleaning.sqs.deadLettered()),
      ...cleaning.sqs.ready(),
      JSON.stringify(cleaning.bus.events),
    ];
    expect(cleaning.bus.detailsOf('Cleanup Failed').length).toBeGreaterThan(2);
    expect(shown.join('\n')).not.toMatch(SECRETS);
  });

  test.each<{ why: string; answer: Answering }>([
    {
      why: 'a rejection',
      answer: (response) => respond(response, 403, { __type: 'InvalidSignatureException' }),
    },
    { why: 'a lost connection', answer: (response) => response.socket?.destroy() },
    { why: 'no answer', answer: () => undefined },
  ])('in an error of AWS after $why', async ({ answer }) => {
    const server = await startLoopbackServer(answer);
    const undo = setVariables({ AWS_ENDPOINT_URL: server.url });
    try {
      const input = { MessageBody: 'x' };
      const error = await caught(callAws({ service: 'sqs', action: 'SendMessage', input, timeoutMs: 100 }));
      expect(server.requests[0]?.headers.authorization).toMatch(SECRETS);
      expect(show(error)).not.toMatch(SECRETS);
    } finally {
      undo();
      await server.close();
    }
  });

  test.each([
    { why: 'it is not JSON', text: USER.password },
    { why: 'a field is missing', text: JSON.stringify({ password: USER.password }) },
    { why: 'it breaks off', text: SECRET.slice(0, -1) },
  ])('in an error about itself where $why', async ({ text }) => {
    const undo = setVariables({ TEST_SECRET: text });
    const store = new SecretStore();
    const secret = new StoredSecret(
      'env:TEST_SECRET',
      (reference, maxAgeMs) => store.read(reference, maxAgeMs),
      parseCredentials,
      { of: 'account main' },
    );
    const error = await caught(secret.get()).finally(undo);
    expect(error).toMatchObject({ failure: { code: 'SECRET_UNUSABLE', retryable: false } });
    expect(show(error)).not.toMatch(SECRETS);
  });
});
