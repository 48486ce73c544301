import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { SendableType } from '../../cli/send/sample-bodies.ts';
import { readWebhook } from '../support/fixture.ts';
import { type FullRun, type Output, startFullRun } from './full-run.ts';
import { SECRETS, secretsIn } from './secrets.ts';
import { SECRETS_BY_TYPE, SENDABLE } from './signed-delivery.ts';

let run: FullRun;
beforeAll(async () => {
  run = await startFullRun();
}, 30_000);
afterAll(async () => run[Symbol.asyncDispose]());

let seen = 0;
afterEach(() => {
  run.aws.clear();
  run.huaweiCloud.clearFaults();
  seen = run.output.length;
});

/** Output of the functions in this test. */
const outputNow = () =>
  run.output
    .slice(seen)
    .map(([kind, text]) => `${kind}: ${text}`)
    .join('\n');
const leaks = () => secretsIn(outputNow(), run.proofs);
const requestFor = (account: string, repository = 'two') =>
  JSON.stringify({ id: `${account}-${repository}`, account, namespace: 'images', repository });

/** In SWR for those that name one there, and else at the sender. */
const repositoryOf = (type: SendableType) =>
  ['standard-webhooks', 'cloudevents'].includes(type) ? 'images/one' : 'acme/one';

describe('the search', () => {
  test.each(Object.entries(SECRETS))('finds %s in whatever form', (name, secret) => {
    const bytes = Buffer.from(secret);
    for (const form of [
      secret,
      JSON.stringify({ secret }),
      JSON.stringify(JSON.stringify({ secret })),
      bytes.toString('base64'),
      bytes.toString('hex'),
      encodeURIComponent(secret),
    ]) {
      expect(secretsIn(`before ${form} after`)).toContain(name);
    }
  });

  test.each([
    `AWS4-HMAC-SHA256 Credential=x, Signature=${'0f'.repeat(32)}`,
    `MII${'x'.repeat(40)}`,
    `sha256=${'0f'.repeat(32)}`,
    `v1,${'A'.repeat(43)}=`,
    'Bearer abcdefgh.ijkl',
  ])('finds what was made of one: %s', (made) => {
    expect(secretsIn(made)).toHaveLength(1);
  });

  test('finds what was sent', () => {
    expect(secretsIn('a 0123456789abcdef b', ['0123456789abcdef'])).toEqual(['what was sent: 0123456789ab…']);
  });
});

describe('receive shows no secret', () => {
  test.each(SENDABLE)('of %s when all is well', async (type) => {
    await run.deliver(type, { repository: repositoryOf(type) });
    await run.deliver(type, { event: 'ping' });
    expect(outputNow()).toMatch(/"event":"verified"/);
    expect(outputNow()).toMatch(/message: .*images/);
    expect(leaks()).toEqual([]);
  });

  test.each(SENDABLE)('of %s when the delivery is not authenticated', async (type) => {
    await run.deliver(type, { secret: SECRETS_BY_TYPE[type] });
    await run.deliver(type, { body: (right) => `${right} ` });
    await run.post(type, { 'content-type': 'application/json' }, '{}');
    expect(outputNow()).toMatch(/"statusCode":401/);
    expect(leaks()).toEqual([]);
  });

  test.each(SENDABLE)('of %s when it can not be read', async (type) => {
    await run.deliver(type, { body: () => '{"action":' });
    await run.deliver(type, { body: () => 'null' });
    await run.deliver(type, { headers: { 'content-type': 'text/plain' } });
    expect(outputNow()).toMatch(/"statusCode":4(?:15|22)/);
    expect(leaks()).toEqual([]);
  });

  test.each([
    { type: 'aws-sns', signature: /"Signature"\s*:\s*"([^"]+)/, topic: 'swr-deletions' },
    { type: 'huawei-smn', signature: /"signature"\s*:\s*"([^"]+)/, topic: 'swr-deletions' },
  ])('of a message of $type that is played back, or of another topic', async ({ type, signature, topic }) => {
    const { headers, body } = readWebhook(`${type}/repository-deleted`);
    const now = new Date().toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
    await run.post(type, headers, body);
    await run.post(type, headers, body.replace('2026-11-24T03:00:00', now).replaceAll(topic, 'another'));
    expect(outputNow()).toMatch(/not among the listed topics/);
    const sent = signature.exec(body)?.[1] ?? '';
    expect(sent.length).toBeGreaterThan(100);
    expect(secretsIn(outputNow(), [sent])).toEqual([]);
  });

  test.each([
    { why: 'takes nothing', status: 500, code: 'InternalFailure' },
    { why: 'rejects the signature', status: 403, code: 'InvalidSignatureException' },
  ])('of its own when the queue $why', async ({ status, code }) => {
    run.aws.failWith('SendMessage', status, code);
    await run.deliver('github');
    expect(outputNow()).toMatch(/"statusCode":503/);
    expect(leaks()).toEqual([]);
  });
});

describe('clean shows no secret', () => {
  test('when all is well, with a password and with an access key', async () => {
    for (const account of ['main', 'signer']) {
      run.addTask(`of-${account}`);
      await run.clean(requestFor(account, `of-${account}`));
    }
    expect(outputNow().match(/"event":"deleted"/g)).toHaveLength(2);
    expect(outputNow()).toMatch(/entry: .*intended/);
    expect(outputNow()).toMatch(/event: .*Sync Task Deleted/);
    expect(leaks()).toEqual([]);
  });

  test.each([
    { why: 'IAM rejects the password', account: 'refused', code: 'IAM' },
    { why: 'IAM repeats the password', account: 'echo-iam', code: 'ECHO.0001' },
    { why: 'SWR repeats the signature', account: 'echo', code: 'ECHO.0001' },
    { why: 'the account is unknown', account: 'unknown', code: 'UNKNOWN_ACCOUNT' },
  ])('when $why', async ({ account, code }) => {
    await run.clean(requestFor(account));
    expect(outputNow()).toContain(code);
    expect(outputNow()).toMatch(/dead letter: /);
    await run.clean(JSON.parse(requestFor(account)));
    expect(leaks()).toEqual([]);
  });

  test.each([
    { why: 'rejects the token', fault: { status: 401, code: 'APIGW.0301' } },
    { why: 'lacks the permission', fault: { status: 403, code: 'SVCSTG.SWR.4030170' } },
    { why: 'throttles', fault: { status: 429, code: 'APIGW.0308', headers: { 'Retry-After': '60' } } },
    { why: 'answers with a page', fault: { status: 502, body: '<html></html>' } },
    { why: 'is cut off', fault: { reset: 'body' as const } },
  ])('when SWR $why', async ({ fault }) => {
    for (const operation of ['listSyncTasks', 'deleteSyncTask'] as const) {
      run.huaweiCloud.fault(operation, fault, { times: 10 });
      await run.clean(requestFor('main', 'three'));
    }
    expect(outputNow()).toMatch(/"event":"failed"/);
    expect(leaks()).toEqual([]);
  });

  test.each([
    { why: 'gives no definite answer', source: 'gitea', repository: 'acme/two' },
    { why: 'repeats the request', source: 'harbor', repository: 'acme/two' },
    { why: 'has no API', source: 'github', repository: 'acme/two' },
  ])('when a source $why', async ({ source, repository }) => {
    await run.clean(
      JSON.stringify({
        id: source,
        source,
        sourceRepository: repository,
        namespace: 'images',
        repository: 'two',
      }),
    );
    expect(outputNow()).toMatch(/SOURCE_(?:UNDECIDED|API_MISSING)/);
    expect(leaks()).toEqual([]);
  });

  test.each(['not a request', '{"namespace":1}', '{"detail-type":"Repository Deleted","source":1}'])(
    'of a message that can not be read: %s',
    async (message) => {
      await run.clean(message);
      expect(outputNow()).toMatch(/dead letter: .*UNREADABLE/);
      expect(leaks()).toEqual([]);
    },
  );

  test.each([
    { why: 'the ledger', action: 'UpdateItem', status: 500, code: 'InternalServerError' },
    { why: 'the bus', action: 'PutEvents', status: 500, code: 'InternalException' },
    { why: 'the dead-letter queue', action: 'SendMessage', status: 500, code: 'InternalFailure' },
  ])('when $why is broken', async ({ action, status, code }) => {
    run.aws.failWith(action, status, code);
    await run.clean(requestFor('main', 'two'));
    await run.clean('not a request');
    await run.clean({ hello: 'world' });
    expect(leaks()).toEqual([]);
  });

  test('when what receive has queued is worked off', async () => {
    for (const type of SENDABLE) await run.deliver(type, { repository: repositoryOf(type) });
    await run.workOff();
    expect(outputNow()).toMatch(/"event":"cleaned"/);
    expect(leaks()).toEqual([]);
  }, 20_000);
});

describe('sweep shows no secret', () => {
  test('when the password of an account is rejected', async () => {
    await run.sweep();
    expect(outputNow()).toMatch(/"event":"invocation failed"/);
    expect(leaks()).toEqual([]);
  }, 20_000);

  test('when all is well', async () => {
    // Some of the other accounts are broken.
    await using other = await startFullRun(['main', 'signer']);
    await other.sweep();
    const shown = other.output.map(([, text]) => text).join('\n');
    expect(shown).toMatch(/"event":"sweep finished"/);
    expect(secretsIn(shown)).toEqual([]);
  }, 20_000);
});

describe('a function that starts with an unusable secret shows none', () => {
  const deny = () => run.aws.failWith('GetSecretValue', 400, 'AccessDeniedException');
  test.each([
    ['receive' as const, 'it may not read its secret', deny],
    ['clean' as const, 'it may not read its secret', deny],
    ['sweep' as const, 'it may not read its secret', deny],
    [
      'receive' as const,
      'a secret is a list of something else',
      () => run.aws.store('github', JSON.stringify([{ secret: SECRETS.githubSecret }])),
    ],
    [
      'receive' as const,
      'a secret is not as its source wants it',
      () => run.aws.store('acr', SECRETS.acrHeader),
    ],
    ['clean' as const, 'the credentials are no JSON', () => run.aws.store('main', SECRETS.password)],
    [
      'clean' as const,
      'the credentials break off',
      () => run.aws.store('main', JSON.stringify({ password: SECRETS.password }).slice(0, -1)),
    ],
    [
      'clean' as const,
      'a password stands where a name belongs',
      () => run.aws.store('main', JSON.stringify({ domain: 'a', user: 'b', [SECRETS.password]: '' })),
    ],
  ])('%s: %s', async (name, _, prepare) => {
    prepare();
    await run.startAgain(name);
    expect(outputNow()).toMatch(/line: .*Unusable secret for/);
    expect(leaks()).toEqual([]);
  });
});

test('everything that the functions put out is read', async () => {
  const kinds: Output[] = ['line', 'answer', 'error', 'message', 'dead letter', 'entry', 'event'];
  run.addTask('of-everything');
  await run.deliver('github');
  await run.clean(requestFor('main', 'of-everything'));
  await run.clean('not a request');
  await run.clean({ hello: 'world' });
  const read = new Set(run.output.slice(seen).map(([kind]) => kind));
  expect(kinds.filter((kind) => !read.has(kind))).toEqual([]);
  expect(leaks()).toEqual([]);
});
