import { beforeEach, describe, expect, test } from '@jest/globals';
import type { CleanupRequest } from '../../lib/cleanup/request.ts';
import type { Operation } from '../../local/huaweicloud/emulator.ts';
import { cleanUp } from '../support/cleanup.ts';
import { APAC, DR, useEmulator } from '../support/cloud.ts';
import { allowing, givingUpAfter } from '../support/deadline.ts';

const NAMES = Array.from({ length: 20 }, (_, index) => `r${index}`);
const request: CleanupRequest = { version: 1, id: 'request-1', namespace: 'page' };

const cloud = useEmulator();
beforeEach(() => {
  cloud.cloud.addOrganization('page');
  for (const repository of NAMES) {
    cloud.cloud.addRepository('page', repository);
    cloud.cloud.addTask({ namespace: 'page', repository, ...DR });
  }
});

const left = () => cloud.cloud.tasks('page').length;
const looks = () => cloud.journal.of('listSyncTasks').length;

/** Lets every n-th of some calls fail. */
function failEvery(n: number, operations: readonly Operation[], fault = { status: 503 }): void {
  let calls = 0;
  cloud.faultWhere((operation) => {
    if (!operations.includes(operation)) return undefined;
    calls += 1;
    return calls % n === 0 ? fault : undefined;
  });
}

describe('a page of repositories', () => {
  test.each([
    { why: 'a look', operations: ['listSyncTasks'] as const },
    { why: 'a deletion', operations: ['deleteSyncTask'] as const },
    { why: 'a call', operations: ['listSyncTasks', 'deleteSyncTask'] as const },
  ])('is done in one go although $why in ten fails', async ({ operations }) => {
    failEvery(10, operations);
    const { outcomes, rest } = await cleanUp(cloud, request);
    expect(left()).toBe(0);
    expect(rest).toBeUndefined();
    expect(outcomes).toHaveLength(20);
    expect(outcomes.every(({ outcome }) => outcome === 'deleted')).toBe(true);
    // Only failed repositories are listed again.
    expect(looks()).toBeLessThan(28);
  });

  test('has a deletion on record as one whose answer was lost', async () => {
    cloud.fault('deleteSyncTask', { reset: 'body', afterwards: true }, { nth: 3 });
    const { outcomes } = await cleanUp(cloud, request);
    expect(left()).toBe(0);
    expect(outcomes).toHaveLength(20);
    expect(outcomes.every(({ outcome }) => outcome === 'deleted')).toBe(true);
  });

  test('says of a named target that it was deleted, although the other one had to be tried again', async () => {
    cloud.cloud.addTask({ namespace: 'page', repository: 'r0', ...APAC });
    cloud.fault('deleteSyncTask', { status: 503 }, { nth: 1 });
    const { outcomes } = await cleanUp(cloud, { ...request, targets: [DR, APAC] });
    const ofTheFirst = outcomes.filter(({ repository }) => repository === 'r0');
    expect(ofTheFirst).toHaveLength(2);
    expect(ofTheFirst.every(({ outcome }) => outcome === 'deleted')).toBe(true);
    expect(outcomes).toHaveLength(40);
  });

  test('is given back at once where half of it fails', async () => {
    cloud.fault('listSyncTasks', { status: 503 }, { times: 11 });
    const { rest } = await cleanUp(cloud, request);
    expect(rest).toEqual({ ...request, offset: 0 });
    expect(looks()).toBe(20);
    expect(left()).toBe(11);
  });

  test('is tried again where just half of it fails', async () => {
    cloud.fault('listSyncTasks', { status: 503 }, { times: 10 });
    await cleanUp(cloud, request);
    expect(left()).toBe(0);
  });

  test.each([
    { why: 'a wait is asked for that the queue can do better', wait: '6', left: 1 },
    { why: 'a wait is asked for that is short', wait: '1', left: 0 },
  ])('has $left tasks left where $why', async ({ wait, left: expected }) => {
    const busy = { status: 429, code: 'APIGW.0308', headers: { 'Retry-After': wait } };
    cloud.fault('deleteSyncTask', busy, { nth: 5 });
    const { rest } = await cleanUp(cloud, request);
    expect(left()).toBe(expected);
    expect(rest === undefined).toBe(expected === 0);
  });

  test('is given back where there is no time to try again', async () => {
    cloud.fault('deleteSyncTask', { status: 503 }, { nth: 5 });
    // Enough for all looks and deletions.
    const { rest } = await cleanUp(cloud, request, { deadline: allowing(40) });
    expect(rest).toBeDefined();
    expect(left()).toBe(1);
  });

  test('is tried again after pauses that double', async () => {
    for (const nth of [1, 21, 22]) cloud.fault('listSyncTasks', { status: 503 }, { nth });
    const pauses: number[] = [];
    await cleanUp(cloud, request, { pause: async (ms) => void pauses.push(ms) });
    expect(left()).toBe(0);
    expect(pauses).toEqual([500, 1000, 2000]);
  });

  test('is given back where even the pause would be too long', async () => {
    cloud.fault('deleteSyncTask', { status: 503 }, { nth: 5 });
    await cleanUp(cloud, request, { deadline: givingUpAfter(400) });
    expect(looks()).toBe(20);
    expect(left()).toBe(1);
  });

  test('is not tried again for what a person has to see to', async () => {
    cloud.fault('deleteSyncTask', { status: 403, code: 'SVCSTG.SWR.4030170' }, { nth: 5 });
    const { rest } = await cleanUp(cloud, request);
    expect(rest).toBeUndefined();
    expect(looks()).toBe(20);
    expect(left()).toBe(1);
  });

  test('is not retried over the limit', async () => {
    cloud.fault('listSyncTasks', { status: 503 }, { nth: 5 });
    const { outcomes } = await cleanUp(cloud, request, { rules: { maxTasksPerRequest: 10 } });
    expect(looks()).toBe(20);
    expect(left()).toBe(20);
    expect(outcomes).toContainEqual(
      expect.objectContaining({
        message: 'Nothing was deleted: 19 tasks exceed safety.maxTasksPerRequest (10)',
      }),
    );
  });
});
