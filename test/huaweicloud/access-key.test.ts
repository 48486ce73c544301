import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Accounts } from '../../lib/huaweicloud/accounts.ts';
import type { SwrClient } from '../../lib/huaweicloud/swr.ts';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { acmeAccount } from '../support/acme-config.ts';
import { APAC, DR, EMEA, REGION, USER } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { respond, startLoopbackServer } from '../support/loopback-server.ts';
import { recordLog } from '../support/recorded-log.ts';
import { swrClient } from '../support/swr-client.ts';
import { authorizerOf, KEY, type Stored, startSigningCloud } from './signing.ts';

let cloud: Emulator;
beforeEach(async () => {
  cloud = await startSigningCloud();
});
afterEach(() => cloud.close());

function clientOf(stored?: Stored): SwrClient {
  return swrClient(cloud.url, authorizerOf(cloud.url, stored));
}

const calls: { why: string; call: (swr: SwrClient) => Promise<unknown>; result: unknown }[] = [
  {
    why: 'listing the tasks of a repository with a slash in its name',
    call: (swr) => swr.listSyncTasks('acme', 'payments/api', noHurry),
    result: [expect.objectContaining(DR), expect.objectContaining(APAC)],
  },
  {
    why: 'deleting a task',
    call: (swr) => swr.deleteSyncTask('acme', 'payments/api', DR, noHurry),
    result: 'deleted',
  },
  {
    why: 'deleting a task that is gone',
    call: (swr) => swr.deleteSyncTask('acme', 'payments/api', EMEA, noHurry),
    result: 'absent',
  },
  {
    why: 'creating a task',
    call: (swr) =>
      swr.createSyncTask('acme', 'payments/api', EMEA, { syncAuto: true, override: false }, noHurry),
    result: 'created',
  },
  {
    why: 'listing the repositories of an organization',
    call: (swr) => swr.listRepositories('acme', 0, noHurry, 100),
    result: { names: ['payments/api'], total: 1 },
  },
  { why: 'listing the organizations', call: (swr) => swr.listOrganizations(noHurry), result: ['acme'] },
];

test.each(calls)('is signed, and IAM is not asked: $why', async ({ call, result }) => {
  expect(await call(clientOf())).toEqual(result);
  expect(cloud.journal.entries.map(({ auth }) => auth)).toEqual(['ak-sk']);
});

test('goes over the connection that is already there', async () => {
  const swr = clientOf();
  for (const { call } of calls) await call(swr);
  expect(new Set(cloud.journal.entries.map(({ connection }) => connection)).size).toBe(1);
});

describe('the project', () => {
  test.each([
    { why: "it is the region's", projectId: 'c0ffee' },
    { why: 'none is stored', projectId: undefined },
  ])('is accepted where $why', async ({ projectId }) => {
    cloud.cloud.addProject(REGION, 'c0ffee');
    const stored = { ...KEY, projectId };
    await expect(clientOf({ kept: stored, fresh: stored }).listOrganizations(noHurry)).resolves.toEqual([
      'acme',
    ]);
  });

  test('is for a person to mend where it is that of another region', async () => {
    cloud.cloud.addProject('cn-east-3', 'c0ffee');
    const stored = { ...KEY, projectId: 'c0ffee' };
    await expect(clientOf({ kept: stored, fresh: stored }).listOrganizations(noHurry)).rejects.toMatchObject({
      verdict: 'permanent',
      failure: { code: 'APIGW.0301' },
    });
  });
});

test('sends the project and the security token, and signs them', async () => {
  const server = await startLoopbackServer((response) => respond(response, 200, ''));
  try {
    const stored = { ...KEY, projectId: 'c0ffee', securityToken: 'T0ken+/==' };
    const swr = swrClient(server.url, authorizerOf(server.url, { kept: stored, fresh: stored }));
    await swr.deleteSyncTask('acme', 'payments/api', DR, noHurry);
    expect(server.requests).toMatchObject([
      {
        method: 'DELETE',
        path: '/v2/manage/namespaces/acme/repos/payments$api/sync_repo',
        headers: {
          host: new URL(server.url).host,
          'content-type': 'application/json',
          'x-sdk-date': expect.stringMatching(/^\d{8}T\d{6}Z$/),
          'x-project-id': 'c0ffee',
          'x-security-token': 'T0ken+/==',
          authorization: expect.stringMatching(
            /^SDK-HMAC-SHA256 Access=AKFORTESTS, SignedHeaders=accept;content-type;host;x-project-id;x-sdk-date;x-security-token, Signature=[0-9a-f]{64}$/,
          ),
        },
        body: JSON.stringify(DR),
      },
    ]);
    expect(server.requests[0]?.headers).not.toHaveProperty('x-auth-token');
  } finally {
    await server.close();
  }
});

test('works with a security token that is longer than other headers may be', async () => {
  const stored = { ...KEY, securityToken: 'T'.repeat(20 * 1024) };
  const swr = clientOf({ kept: stored, fresh: stored });
  await expect(swr.deleteSyncTask('acme', 'payments/api', DR, noHurry)).resolves.toBe('deleted');
});

describe('the accounts of a configuration', () => {
  const accountsOf = (stored: object) => {
    const accounts = { one: acmeAccount(cloud.url), other: acmeAccount(cloud.url) };
    const read = () => Promise.resolve(JSON.stringify(stored));
    return new Accounts(accounts, read, recordLog().log);
  };

  test('sign where it is an access key that is stored', async () => {
    await expect(accountsOf(KEY).clientOf('one').listOrganizations(noHurry)).resolves.toEqual(['acme']);
    expect(cloud.journal.entries.map(({ auth }) => auth)).toEqual(['ak-sk']);
  });

  test('use a key that was refused to one of them for none of them', async () => {
    const accounts = accountsOf({ ...KEY, sk: 'wrong' });
    for (const name of accounts.names)
      await expect(accounts.clientOf(name).listOrganizations(noHurry)).rejects.toMatchObject({
        failure: { code: 'APIGW.0301', retryAfterSeconds: expect.any(Number) },
      });
    expect(cloud.journal.entries).toHaveLength(1);
  });
});

describe('a secret that changes its kind', () => {
  const login = { domain: USER.domain, user: USER.name, password: USER.password };

  test('is used as an access key as soon as the token is over', async () => {
    const stored: Stored = { kept: login, fresh: login };
    const swr = clientOf(stored);
    await swr.listOrganizations(noHurry);
    stored.kept = KEY;
    await swr.listOrganizations(noHurry);
    cloud.cloud.expireTokens();
    await swr.listOrganizations(noHurry);
    await swr.listOrganizations(noHurry);
    expect(cloud.journal.of('listNamespaces').map(({ auth, status }) => `${auth} ${status}`)).toEqual([
      'token 200',
      'token 200',
      'token 401',
      'ak-sk 200',
      'ak-sk 200',
    ]);
  });

  test('is used as a password from the next call on', async () => {
    const stored: Stored = { kept: KEY, fresh: KEY };
    const swr = clientOf(stored);
    await swr.listOrganizations(noHurry);
    stored.kept = login;
    await swr.listOrganizations(noHurry);
    expect(cloud.journal.entries.map(({ operation, auth }) => `${operation} ${auth}`)).toEqual([
      'listNamespaces ak-sk',
      'createToken none',
      'listNamespaces token',
    ]);
  });

  test('is used as a password where the access key is refused', async () => {
    const swr = clientOf({ kept: { ...KEY, sk: 'old' }, fresh: login });
    await swr.listOrganizations(noHurry);
    await swr.listOrganizations(noHurry);
    expect(cloud.journal.of('listNamespaces').map(({ auth }) => auth)).toEqual(['ak-sk', 'token', 'token']);
  });
});
