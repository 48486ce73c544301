import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { APAC, DR, EMEA, manyTargets, startCloud } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { respond, startLoopbackServer } from '../support/loopback-server.ts';
import { storedAuthorizer, swrClient } from '../support/swr-client.ts';

let cloud: Emulator;
beforeEach(async () => {
  cloud = await startCloud();
});
afterEach(() => cloud.close());

describe('listing the tasks of a repository', () => {
  test('gives everything that SWR says of them', async () => {
    const tasks = await swrClient(cloud.url).listSyncTasks('acme', 'payments/api', noHurry);
    expect(tasks).toEqual(cloud.cloud.tasks('acme', 'payments/api'));
    expect(tasks).toHaveLength(2);
  });

  test.each([
    { why: 'the repository is unknown', namespace: 'acme', repository: 'nothing' },
    { why: 'the organization is unknown', namespace: 'nobody', repository: 'payments/api' },
  ])('gives none where $why', async ({ namespace, repository }) => {
    await expect(swrClient(cloud.url).listSyncTasks(namespace, repository, noHurry)).resolves.toEqual([]);
  });

  test('writes the slashes of the name as $, unescaped', async () => {
    cloud.cloud.addTask({ namespace: 'acme', repository: 'a/b/c', ...DR });
    const tasks = await swrClient(cloud.url).listSyncTasks('acme', 'a/b/c', noHurry);
    expect(tasks).toHaveLength(1);
    expect(cloud.journal.of('listSyncTasks')).toMatchObject([
      { path: '/v2/manage/namespaces/acme/repos/a$b$c/sync_repo' },
    ]);
  });
});

describe('deleting a task', () => {
  test('deletes that one and no other', async () => {
    const swr = swrClient(cloud.url);
    await expect(swr.deleteSyncTask('acme', 'payments/api', DR, noHurry)).resolves.toBe('deleted');
    expect(cloud.cloud.tasks()).toMatchObject([APAC]);
  });

  test('finds it absent the second time', async () => {
    const swr = swrClient(cloud.url);
    await swr.deleteSyncTask('acme', 'payments/api', DR, noHurry);
    await expect(swr.deleteSyncTask('acme', 'payments/api', DR, noHurry)).resolves.toBe('absent');
  });

  test.each([
    { why: 'as documented', goneAs: 404 },
    { why: 'as seen in practice', goneAs: 400 },
  ] as const)('finds it absent where SWR answers $goneAs, $why', async ({ goneAs }) => {
    cloud.cloud.goneAs = goneAs;
    const swr = swrClient(cloud.url);
    await expect(swr.deleteSyncTask('acme', 'payments/api', EMEA, noHurry)).resolves.toBe('absent');
  });

  test('sends the two fields and nothing else of a target, as JSON, with the token', async () => {
    const server = await startLoopbackServer((response) => respond(response, 200, ''));
    try {
      const swr = swrClient(server.url, storedAuthorizer(cloud.url));
      const target = { ...DR, syncAuto: true, id: 45 };
      await expect(swr.deleteSyncTask('acme', 'payments/api', target, noHurry)).resolves.toBe('deleted');
      expect(server.requests).toMatchObject([
        {
          method: 'DELETE',
          path: '/v2/manage/namespaces/acme/repos/payments$api/sync_repo',
          headers: {
            'content-type': 'application/json',
            'x-auth-token': expect.stringMatching(/^MII.{1997}$/),
          },
        },
      ]);
      expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual(DR);
    } finally {
      await server.close();
    }
  });

  test('goes over the connection that is already there', async () => {
    const swr = swrClient(cloud.url);
    for (const target of [DR, APAC, EMEA]) {
      await swr.listSyncTasks('acme', 'payments/api', noHurry);
      await swr.deleteSyncTask('acme', 'payments/api', target, noHurry);
    }
    const connections = cloud.journal.entries.map(({ connection }) => connection);
    expect(connections).toEqual(Array.from({ length: 7 }, () => connections[0]));
  });

  test.each([
    { why: 'a usual token', tokenBytes: 2000 },
    { why: "a token beyond Node's usual limit for headers", tokenBytes: 20 * 1024 },
  ])('works with $why', async ({ tokenBytes }) => {
    const other = await startCloud({ tokenBytes });
    try {
      const swr = swrClient(other.url);
      await expect(swr.deleteSyncTask('acme', 'payments/api', DR, noHurry)).resolves.toBe('deleted');
    } finally {
      await other.close();
    }
  });
});

describe("listing an organization's repositories", () => {
  test.each([
    { why: 'none at all', count: 0, offset: 0, found: 0 },
    { why: 'a page that is not full', count: 3, offset: 0, found: 3 },
    { why: 'a full page, which may not be the last', count: 101, offset: 0, found: 100 },
    { why: 'what is behind a full page', count: 101, offset: 100, found: 1 },
  ])('gives $found of $count from $offset on: $why', async ({ count, offset, found }) => {
    const names = manyTargets(count).map(({ remoteNamespace }) => remoteNamespace);
    cloud.cloud.addOrganization('many');
    for (const name of names) cloud.cloud.addRepository('many', name);
    expect(await swrClient(cloud.url).listRepositories('many', offset, noHurry, 100)).toEqual({
      names: names.slice(offset, offset + found),
      total: count,
    });
    expect(cloud.journal.of('listRepositories')).toMatchObject([
      { path: `/v2/manage/repos?namespace=many&limit=100&offset=${offset}` },
    ]);
  });

  test.each([
    { why: 'as few as one', limit: 1, found: 1 },
    { why: 'all that SWR gives at once', limit: 1000, found: 101 },
  ])('gives $why where a limit is named', async ({ limit, found }) => {
    cloud.cloud.addOrganization('many');
    for (const { remoteNamespace } of manyTargets(101)) cloud.cloud.addRepository('many', remoteNamespace);
    const { names } = await swrClient(cloud.url).listRepositories('many', 0, noHurry, limit);
    expect(names).toHaveLength(found);
  });

  test.each([
    { why: 'the header', headers: { 'Content-Range': '0-1/7' }, row: {}, total: 7 },
    { why: 'a row', headers: {}, row: { total_range: 7 }, total: 7 },
    { why: 'the larger one', headers: { 'Content-Range': '0-1/7' }, row: { total_range: 9 }, total: 9 },
    { why: 'a text of digits', headers: {}, row: { total_range: '7' }, total: 7 },
    { why: 'none of what is no number', headers: { 'Content-Range': '0-1/*' }, row: { total_range: {} } },
  ])('tells the total of $why', async ({ headers, row, total }) => {
    const body = JSON.stringify([{ name: 'api', ...row }]);
    cloud.fault('listRepositories', { status: 200, body, headers });
    const page = await swrClient(cloud.url).listRepositories('acme', 0, noHurry, 100);
    expect(page).toEqual({ names: ['api'], ...(total !== undefined && { total }) });
  });

  test('gives none where SWR does not know the organization', async () => {
    cloud.fault('listRepositories', { status: 404, code: 'SVCSTG.SWR.4040001' });
    await expect(swrClient(cloud.url).listRepositories('acme', 0, noHurry, 100)).resolves.toEqual({
      names: [],
    });
  });

  test.each([
    { why: 'it is an object', body: '{"repos":[]}' },
    { why: 'a row has no name', body: '[{"category":"other"}]' },
    { why: 'it is a page', body: '<html></html>' },
  ])('does not take an answer for an empty list where $why', async ({ body }) => {
    cloud.fault('listRepositories', { status: 200, body });
    await expect(swrClient(cloud.url).listRepositories('acme', 0, noHurry, 100)).rejects.toMatchObject({
      failure: { code: 'HTTP_200', retryable: true },
    });
  });
});
