import { expect, test } from '@jest/globals';
import { Cleaner } from '../../lib/cleanup/cleaner.ts';
import type { Config } from '../../lib/config/config.ts';
import { Accounts } from '../../lib/huaweicloud/accounts.ts';
import { findSources } from '../../lib/routing/find-sources.ts';
import { createCheckExistence } from '../../lib/sources/check-existence.ts';
import { acmeAccount, acmeConfig } from '../support/acme-config.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { APAC, DR, SECRET, useEmulator } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { setVariables } from '../support/environment.ts';
import { memoryLedger } from '../support/memory-table.ts';
import { recordLog } from '../support/recorded-log.ts';
import { safety } from '../support/safety.ts';

const cloud = useEmulator();
const second = useEmulator();

function cleanerOf(differences: Partial<Config> = {}, { secret = SECRET }: { secret?: string } = {}) {
  const recorded = recordLog();
  const reads: string[] = [];
  const read = (reference: string) => {
    reads.push(reference);
    return Promise.resolve(secret);
  };
  const config = acmeConfig(cloud.url, differences);
  const accounts = new Accounts(config.accounts, read, recorded.log);
  const cleaner = new Cleaner({
    config,
    accounts,
    checkExistence: createCheckExistence(config, read),
    findSources: (place) => findSources(config.routes, place),
    ledger: memoryLedger(),
    log: recorded.log,
  });
  return { cleaner, accounts, recorded, reads };
}

const twoAccounts = () => ({
  accounts: {
    main: acmeAccount(cloud.url),
    other: acmeAccount(second.url, { credentials: 'secretsmanager:other' }),
  },
});

test('cleans in the first account where the request names none', async () => {
  const { cleaner } = cleanerOf(twoAccounts());
  const request = cleanupRequest();
  await expect(cleaner.clean(request, noHurry)).resolves.toMatchObject({
    request,
    outcomes: [
      { target: DR, outcome: 'deleted' },
      { target: APAC, outcome: 'deleted' },
    ],
  });
  expect(second.journal.entries).toEqual([]);
});

test('cleans in the account that the request names, with its secret', async () => {
  const { cleaner, reads, recorded } = cleanerOf(twoAccounts());
  await cleaner.clean(cleanupRequest({ account: 'other' }), noHurry);
  expect(second.cloud.tasks()).toEqual([]);
  expect(cloud.journal.entries).toEqual([]);
  expect(reads).toEqual(['secretsmanager:other']);
  expect(recorded.of('cleaned')).toMatchObject([{ id: 'request-1', account: 'other' }]);
});

test('leaves a request for an account that is not configured to a person', async () => {
  const { cleaner, recorded } = cleanerOf(twoAccounts());
  await expect(cleaner.clean(cleanupRequest({ account: 'unknown' }), noHurry)).resolves.toMatchObject({
    outcomes: [
      {
        outcome: 'failed',
        code: 'UNKNOWN_ACCOUNT',
        message: 'account unknown is not among the configured ones (main, other)',
        retryable: false,
      },
    ],
  });
  expect(recorded.of('failed')).toMatchObject([{ level: 'warn', code: 'UNKNOWN_ACCOUNT' }]);
  expect([...cloud.journal.entries, ...second.journal.entries]).toEqual([]);
});

test('keeps the token from request to request', async () => {
  const { cleaner } = cleanerOf();
  for (let i = 0; i < 3; i += 1) await cleaner.clean(cleanupRequest(), noHurry);
  expect(cloud.journal.of('createToken')).toHaveLength(1);
});

test('does not try a password again that another account has found to be wrong', async () => {
  const accounts = { main: acmeAccount(cloud.url), other: acmeAccount(cloud.url) };
  const { cleaner } = cleanerOf({ accounts }, { secret: SECRET.replace('pa55word', 'wr0ng') });
  for (const name of ['main', 'other', 'main']) {
    await expect(cleaner.clean(cleanupRequest({ account: name }), noHurry)).resolves.toMatchObject({
      outcomes: [{ outcome: 'failed', status: 401, retryable: false }],
    });
  }
  expect(cloud.journal.of('createToken')).toHaveLength(1);
});

test('leaves a secret that can not be used to a person, without showing it', async () => {
  const { cleaner } = cleanerOf({}, { secret: '{"domain":"acme","password":"pa55word"}' });
  const { outcomes } = await cleaner.clean(cleanupRequest(), noHurry);
  expect(outcomes).toMatchObject([
    {
      code: 'SECRET_UNUSABLE',
      message: expect.stringMatching(
        /^Unusable secret for account main \(env:HUAWEI_CLOUD_CREDENTIALS\): expected .*missing or wrong: user/,
      ),
      retryable: false,
    },
  ]);
  expect(JSON.stringify(outcomes)).not.toContain('pa55word');
});

test('goes by the rules of its configuration', async () => {
  const { cleaner } = cleanerOf({ safety: safety({ deny: ['acme/**'] }) });
  await expect(cleaner.clean(cleanupRequest(), noHurry)).resolves.toMatchObject({
    outcomes: [{ outcome: 'kept', rule: 'acme/**' }],
  });
});

test('an account whose endpoint is none affects no other', async () => {
  const accounts = {
    main: acmeAccount(cloud.url),
    other: acmeAccount(cloud.url, { swrEndpoint: 'env:TEST_NO_SUCH_URL' }),
  };
  const { cleaner, recorded } = cleanerOf({ accounts });
  const failure = {
    code: 'ENDPOINT_UNUSABLE',
    message:
      'Unusable endpoint for account other: environment variable TEST_NO_SUCH_URL: expected an endpoint, found not a URL',
    retryable: false,
  };
  expect(recorded.of('unusable')).toMatchObject([{ level: 'error', of: 'account other', ...failure }]);
  await expect(cleaner.clean(cleanupRequest({ account: 'other' }), noHurry)).resolves.toMatchObject({
    outcomes: [{ outcome: 'failed', ...failure }],
  });
  await expect(cleaner.clean(cleanupRequest(), noHurry)).resolves.toMatchObject({
    outcomes: [{ outcome: 'deleted' }, { outcome: 'deleted' }],
  });
});

test('finds its endpoints in the environment where the configuration says so', async () => {
  const restore = setVariables({ TEST_CLOUD_URL: second.url });
  try {
    const endpoints = { iamEndpoint: 'env:TEST_CLOUD_URL', swrEndpoint: 'env:TEST_CLOUD_URL' };
    const { cleaner } = cleanerOf({ accounts: { main: acmeAccount(cloud.url, endpoints) } });
    await cleaner.clean(cleanupRequest(), noHurry);
    expect(second.cloud.tasks()).toEqual([]);
  } finally {
    restore();
  }
});

test.each([
  { why: 'the organization', differences: { namespace: 'ACME' } },
  { why: 'the repository', differences: { repository: 'a/../b' } },
  { why: "a target's organization", differences: { targets: [{ ...DR, remoteNamespace: 'ACME' }] } },
])("makes no call for a name that SWR can't have: $why", async ({ differences }) => {
  const { outcomes } = await cleanerOf().cleaner.clean(cleanupRequest(differences), noHurry);
  expect(outcomes).toMatchObject([{ outcome: 'failed', code: 'INVALID_NAME', retryable: false }]);
  expect(cloud.journal.entries).toEqual([]);
});
