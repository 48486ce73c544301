import { describe, expect, test } from '@jest/globals';
import { expectFailure } from '../support/caught.ts';
import { APAC, DR, EMEA, manyTargets, startCloud } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { respond, startLoopbackServer } from '../support/loopback-server.ts';
import { storedAuthorizer, swrClient } from '../support/swr-client.ts';
import { useCloud } from './use-cloud.ts';

const cloud = useCloud();

const deleteTask = (target = DR) => cloud.swr.deleteSyncTask('acme', 'payments/api', target, noHurry);
const createTask = (target = EMEA, { syncAuto = true, override = false } = {}) =>
  cloud.swr.createSyncTask('acme', 'payments/api', target, { syncAuto, override }, noHurry);

describe('listing the tasks of a repository', () => {
  test('returns every property of each task', async () => {
    const tasks = await cloud.swr.listSyncTasks('acme', 'payments/api', noHurry);
    expect(tasks).toEqual(cloud.cloud.tasks('acme', 'payments/api'));
    expect(tasks).toHaveLength(2);
  });

  test.each([
    ['repository', 'acme', 'nothing'],
    ['organization', 'unknown', 'payments/api'],
  ])('returns none when the %s is unknown', async (_, namespace, repository) => {
    await expect(cloud.swr.listSyncTasks(namespace, repository, noHurry)).resolves.toEqual([]);
  });

  test('writes the slashes of the name as $, unescaped', async () => {
    cloud.cloud.addTask({ namespace: 'acme', repository: 'a/b/c', ...DR });
    expect(await cloud.swr.listSyncTasks('acme', 'a/b/c', noHurry)).toHaveLength(1);
    expect(cloud.journal.of('listSyncTasks')).toMatchObject([
      { path: '/v2/manage/namespaces/acme/repos/a$b$c/sync_repo' },
    ]);
  });
});

describe('deleting a task', () => {
  test('deletes that task only, and finds it absent the second time', async () => {
    await expect(deleteTask()).resolves.toBe('deleted');
    expect(cloud.cloud.tasks()).toMatchObject([APAC]);
    await expect(deleteTask()).resolves.toBe('absent');
  });

  test.each([404, 400] as const)('finds it absent when SWR answers %i', async (goneAs) => {
    cloud.cloud.goneAs = goneAs;
    await expect(deleteTask(EMEA)).resolves.toBe('absent');
  });

  test('sends the two fields of a target as JSON, with the token', async () => {
    await using server = await startLoopbackServer((response) => respond(response, 200, ''));
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
  });

  test('reuses the connection', async () => {
    for (const target of [DR, APAC, EMEA]) {
      await cloud.swr.listSyncTasks('acme', 'payments/api', noHurry);
      await deleteTask(target);
    }
    const connections = cloud.journal.entries.map(({ connection }) => connection);
    expect(connections).toEqual(Array.from({ length: 7 }, () => connections[0]));
  });

  test.each([2000, 20 * 1024])('works with a token of %i bytes', async (tokenBytes) => {
    await using other = await startCloud({ tokenBytes });
    const swr = swrClient(other.url);
    await expect(swr.deleteSyncTask('acme', 'payments/api', DR, noHurry)).resolves.toBe('deleted');
  });
});

describe('creating a task', () => {
  test.each([
    { syncAuto: true, override: false },
    { syncAuto: false, override: true },
  ])('sets %j', async (settings) => {
    await expect(createTask(EMEA, settings)).resolves.toBe('created');
    expect(cloud.cloud.tasks('acme', 'payments/api')).toHaveLength(3);
    expect(cloud.cloud.tasks('acme', 'payments/api')[2]).toMatchObject({ ...EMEA, ...settings });
  });

  test('changes an existing one', async () => {
    await expect(createTask(DR, { syncAuto: false, override: true })).resolves.toBe('created');
    expect(cloud.cloud.tasks('acme', 'payments/api')).toHaveLength(2);
    expect(cloud.cloud.tasks('acme', 'payments/api')[0]).toMatchObject({ syncAuto: false, override: true });
  });

  test('reports one that exists where SWR does not change it', async () => {
    cloud.cloud.strictCreate = true;
    await expect(createTask(DR, { syncAuto: false, override: true })).resolves.toBe('exists');
    expect(cloud.cloud.tasks('acme', 'payments/api')[0]).toMatchObject({ ...DR, syncAuto: true });
  });

  test.each([
    { status: 400, message: 'duplicate sync repo' },
    { status: 409, message: 'The sync task already exists.' },
    { status: 500, message: 'Duplicate sync repo' },
  ])('takes $status "$message" for one that exists', async (fault) => {
    cloud.fault('createSyncTask', fault);
    await expect(createTask()).resolves.toBe('exists');
  });

  test('fails permanently, with the region, where SWR answers as for an unknown region', async () => {
    cloud.cloud.regions = [DR.remoteRegionId];
    await expectFailure(createTask(EMEA), {
      code: 'SVCSTG.SWR.5001101',
      status: 500,
      retryable: false,
      message: expect.stringContaining(EMEA.remoteRegionId),
    });
  });

  test('sends the two fields of a target only', async () => {
    const target = { ...EMEA, id: 45, createdAt: '2026-03-02T08:15:27.53183Z', override: true };
    await expect(createTask(target)).resolves.toBe('created');
    const { createdAt, override } = cloud.cloud.tasks('acme', 'payments/api')[2] ?? {};
    expect(createdAt).not.toBe(target.createdAt);
    expect(override).toBe(false);
  });

  test.each([
    ['repository', 'acme', 'gone'],
    ['organization', 'gone', 'payments/api'],
  ])('returns "no repository" when the %s is unknown', async (_, namespace, repository) => {
    const settings = { syncAuto: true, override: false };
    const created = cloud.swr.createSyncTask(namespace, repository, DR, settings, noHurry);
    await expect(created).resolves.toBe('no repository');
  });
});

describe("listing an organization's repositories", () => {
  const list = (limit = 100, namespace = 'many', offset = 0) =>
    cloud.swr.listRepositories(namespace, offset, noHurry, limit);

  function addMany(count: number): string[] {
    const names = manyTargets(count).map(({ remoteNamespace }) => remoteNamespace);
    cloud.cloud.addOrganization('many');
    for (const name of names) cloud.cloud.addRepository('many', name);
    return names;
  }

  test.each([
    { count: 0, offset: 0, found: 0 },
    { count: 3, offset: 0, found: 3 },
    { count: 101, offset: 0, found: 100 },
    { count: 101, offset: 100, found: 1 },
  ])('returns $found of $count from $offset on', async ({ count, offset, found }) => {
    const names = addMany(count).slice(offset, offset + found);
    expect(await list(100, 'many', offset)).toEqual({ names, total: count });
    expect(cloud.journal.of('listRepositories')).toMatchObject([
      { path: `/v2/manage/repos?namespace=many&limit=100&offset=${offset}` },
    ]);
  });

  test.each([
    [1, 1],
    [1000, 101],
  ])('returns with the limit %i %i of 101', async (limit, found) => {
    addMany(101);
    expect((await list(limit)).names).toHaveLength(found);
  });

  test.each([
    { why: 'the header', headers: { 'Content-Range': '0-1/7' }, row: {}, total: 7 },
    { why: 'a row', headers: {}, row: { total_range: 7 }, total: 7 },
    { why: 'the larger one', headers: { 'Content-Range': '0-1/7' }, row: { total_range: 9 }, total: 9 },
    { why: 'a text of digits', headers: {}, row: { total_range: '7' }, total: 7 },
    { why: 'nothing', headers: { 'Content-Range': '0-1/*' }, row: { total_range: {} } },
  ])('takes the total from $why', async ({ headers, row, total }) => {
    const body = JSON.stringify([{ name: 'api', ...row }]);
    cloud.fault('listRepositories', { status: 200, body, headers });
    expect(await list()).toEqual({ names: ['api'], ...(total !== undefined && { total }) });
  });

  test('returns none when SWR does not know the organization', async () => {
    cloud.fault('listRepositories', { status: 404, code: 'SVCSTG.SWR.4040001' });
    await expect(list()).resolves.toEqual({ names: [] });
  });
});

describe('listing the organizations', () => {
  test.each([1, 3, 151])('returns the names of %i in one call', async (count) => {
    const others = Array.from({ length: count - 1 }, (_, index) => `team-${index}`);
    for (const name of others) cloud.cloud.addOrganization(name);
    await expect(cloud.swr.listOrganizations(noHurry)).resolves.toEqual(['acme', ...others]);
    expect(cloud.journal.of('listNamespaces')).toMatchObject([{ path: '/v2/manage/namespaces' }]);
  });

  test('returns none when there are none', async () => {
    cloud.cloud.removeOrganization('acme');
    await expect(cloud.swr.listOrganizations(noHurry)).resolves.toEqual([]);
  });

  test('returns none when SWR answers 404', async () => {
    cloud.fault('listNamespaces', { status: 404, code: 'SVCSTG.SWR.4040001' });
    await expect(cloud.swr.listOrganizations(noHurry)).resolves.toEqual([]);
  });
});
