import { describe, expect, test } from '@jest/globals';
import { Accounts } from '../../lib/huaweicloud/accounts.ts';
import type { SwrClient } from '../../lib/huaweicloud/swr.ts';
import { acmeAccount } from '../support/acme-config.ts';
import { expectFailure } from '../support/caught.ts';
import { APAC, DR, EMEA, REGION, USER } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { respond, startLoopbackServer } from '../support/loopback-server.ts';
import { recordLog } from '../support/recorded-log.ts';
import { swrClient } from '../support/swr-client.ts';
import { always, authorizerOf, KEY, type Stored, useCloud } from './use-cloud.ts';

const cloud = useCloud({ accessKey: true });

function clientOf(stored?: Stored): SwrClient {
  return swrClient(cloud.url, authorizerOf(cloud.url, stored));
}

const calls: [why: string, call: (swr: SwrClient) => Promise<unknown>, result: unknown][] = [
  [
    'lists the tasks of a repository with a slash in its name',
    (swr) => swr.listSyncTasks('acme', 'payments/api', noHurry),
    [expect.objectContaining(DR), expect.objectContaining(APAC)],
  ],
  ['deletes a task', (swr) => swr.deleteSyncTask('acme', 'payments/api', DR, noHurry), 'deleted'],
  ['finds a task absent', (swr) => swr.deleteSyncTask('acme', 'payments/api', EMEA, noHurry), 'absent'],
  [
    'creates a task',
    (swr) => swr.createSyncTask('acme', 'payments/api', EMEA, { syncAuto: true, override: false }, noHurry),
    'created',
  ],
  [
    'lists repositories',
    (swr) => swr.listRepositories('acme', 0, noHurry, 100),
    { names: ['payments/api'], total: 1 },
  ],
  ['lists the organizations', (swr) => swr.listOrganizations(noHurry), ['acme']],
];

test.each(calls)('a signed call %s without a call of IAM', async (_, call, result) => {
  expect(await call(clientOf())).toEqual(result);
  expect(cloud.journal.entries.map(({ auth }) => auth)).toEqual(['ak-sk']);
});

test('signed calls reuse the connection', async () => {
  const swr = clientOf();
  for (const [, call] of calls) await call(swr);
  expect(new Set(cloud.journal.entries.map(({ connection }) => connection)).size).toBe(1);
});

describe('the project', () => {
  const listIn = (projectId?: string) => clientOf(always({ ...KEY, projectId })).listOrganizations(noHurry);

  test.each(['c0ffee', undefined])(
    '%p is accepted when c0ffee is the one of the region',
    async (projectId) => {
      cloud.cloud.identities.addProject(REGION, 'c0ffee');
      await expect(listIn(projectId)).resolves.toEqual(['acme']);
    },
  );

  test('of another region is a permanent failure', async () => {
    cloud.cloud.identities.addProject('cn-east-3', 'c0ffee');
    await expect(listIn('c0ffee')).rejects.toMatchObject({
      verdict: 'permanent',
      failure: { code: 'APIGW.0301' },
    });
  });
});

test('sends the project and the security token, and signs them', async () => {
  await using server = await startLoopbackServer((response) => respond(response, 200, ''));
  const stored = { ...KEY, projectId: 'c0ffee', securityToken: 'T0ken+/==' };
  const swr = swrClient(server.url, authorizerOf(server.url, always(stored)));
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
});

test('accepts a security token of 20 KiB', async () => {
  const stored = { ...KEY, securityToken: 'T'.repeat(20 * 1024) };
  const swr = clientOf(always(stored));
  await expect(swr.deleteSyncTask('acme', 'payments/api', DR, noHurry)).resolves.toBe('deleted');
});

describe('the accounts of a configuration', () => {
  const accountsOf = (stored: object) => {
    const accounts = { one: acmeAccount(cloud.url), other: acmeAccount(cloud.url) };
    const read = () => Promise.resolve(JSON.stringify(stored));
    return new Accounts(accounts, read, recordLog().log);
  };

  test('sign calls when an access key is stored', async () => {
    await expect(accountsOf(KEY).clientOf('one').listOrganizations(noHurry)).resolves.toEqual(['acme']);
    expect(cloud.journal.entries.map(({ auth }) => auth)).toEqual(['ak-sk']);
  });

  test('stop using a key that one of them was rejected with', async () => {
    const accounts = accountsOf({ ...KEY, sk: 'wrong' });
    for (const name of accounts.names)
      await expectFailure(accounts.clientOf(name).listOrganizations(noHurry), {
        code: 'APIGW.0301',
        retryAfterSeconds: expect.any(Number),
      });
    expect(cloud.journal.entries).toHaveLength(1);
  });
});

describe('a secret that changes from one kind to another', () => {
  const login = { domain: USER.domain, user: USER.name, password: USER.password };

  test('is used as an access key once the token has expired', async () => {
    const stored: Stored = always(login);
    const swr = clientOf(stored);
    await swr.listOrganizations(noHurry);
    stored.kept = KEY;
    await swr.listOrganizations(noHurry);
    cloud.cloud.identities.expireTokens();
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

  test('is used as a password from the next call', async () => {
    const stored: Stored = always(KEY);
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

  test('is used as a password when the access key is rejected', async () => {
    const swr = clientOf({ kept: { ...KEY, sk: 'old' }, fresh: login });
    await swr.listOrganizations(noHurry);
    await swr.listOrganizations(noHurry);
    expect(cloud.journal.of('listNamespaces').map(({ auth }) => auth)).toEqual(['ak-sk', 'token', 'token']);
  });
});
