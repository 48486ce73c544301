import { describe, expect, test } from '@jest/globals';
import { nameOf } from '../../lib/huaweicloud/names.ts';
import { parseSyncTask, parseSyncTasks } from '../../lib/huaweicloud/sync-task.ts';

const documented = {
  createdAt: '2020-04-17T02:11:03.53183Z',
  domainID: '8b1e',
  domainName: 'p',
  id: 45,
  namespace: 'test',
  override: true,
  remoteNamespace: 'sdsad',
  remoteRegionId: 'cn-north-1',
  repoName: 'grpc-helloworld',
  syncAuto: true,
  updatedAt: '2020-04-17T02:11:03.531831Z',
};

describe('the list of tasks', () => {
  test.each([
    { why: 'everything that a task says is kept', rows: [documented] },
    { why: 'a target is enough', rows: [{ remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' }] },
    { why: 'there may be none', rows: [] },
  ])('is read whole: $why', ({ rows }) => {
    expect(parseSyncTasks(JSON.stringify(rows))).toEqual(rows);
  });

  test.each([
    { why: 'it is empty', body: '' },
    { why: 'it is a page', body: '<html></html>' },
    { why: 'it breaks off', body: JSON.stringify([documented]).slice(0, -9) },
    { why: 'it is null', body: 'null' },
    { why: 'it is an object', body: JSON.stringify({ tasks: [documented] }) },
    { why: 'it is an error', body: '[{"errorCode":"SVCSTG.SWR.4031032","errorMessage":"slow down"}]' },
    { why: 'a row has no target', body: JSON.stringify([documented, { ...documented, remoteRegionId: '' }]) },
    { why: 'a row has another type', body: JSON.stringify([{ ...documented, createdAt: 5 }]) },
  ])('is not taken for one where $why', ({ body }) => {
    expect(parseSyncTasks(body)).toBeUndefined();
  });
});

describe('a task that was kept as JSON', () => {
  test('is read whole', () => {
    expect(parseSyncTask(JSON.stringify(documented))).toEqual(documented);
  });

  test.each(['', 'null', '{}', '{"remoteRegionId":"cn-east-3"}', JSON.stringify(documented).slice(0, -1)])(
    'is none in %j',
    (json) => {
      expect(parseSyncTask(json)).toBeUndefined();
    },
  );
});

test('names a target in one word', () => {
  expect(nameOf(documented)).toBe('cn-north-1/sdsad');
});
