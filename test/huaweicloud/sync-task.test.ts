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
    { rows: [documented] },
    { rows: [{ remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' }] },
    { rows: [] },
  ])('keeps every property of its tasks: $rows', ({ rows }) => {
    expect(parseSyncTasks(JSON.stringify(rows))).toEqual(rows);
  });

  test.each([
    '',
    '<html></html>',
    JSON.stringify([documented]).slice(0, -9),
    'null',
    JSON.stringify({ tasks: [documented] }),
    '[{"errorCode":"SVCSTG.SWR.4031032","errorMessage":"slow down"}]',
    JSON.stringify([documented, { ...documented, remoteRegionId: '' }]),
    JSON.stringify([{ ...documented, createdAt: 5 }]),
  ])('is undefined for %j', (body) => {
    expect(parseSyncTasks(body)).toBeUndefined();
  });
});

describe('a task stored as JSON', () => {
  test('keeps every property', () => {
    expect(parseSyncTask(JSON.stringify(documented))).toEqual(documented);
  });

  test.each(['', 'null', '{}', '{"remoteRegionId":"cn-east-3"}', JSON.stringify(documented).slice(0, -1)])(
    'is undefined for %j',
    (json) => {
      expect(parseSyncTask(json)).toBeUndefined();
    },
  );
});

test('names a target REGION/ORGANIZATION', () => {
  expect(nameOf(documented)).toBe('cn-north-1/sdsad');
});
