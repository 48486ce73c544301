import { beforeEach, describe, expect, test } from '@jest/globals';
import type { CleanupRequest } from '../../lib/cleanup/request.ts';
import { cleanUp } from '../support/cleanup.ts';
import { APAC, DR, EMEA, useEmulator } from '../support/cloud.ts';
import { allowing } from '../support/deadline.ts';

const request: CleanupRequest = { version: 1, id: 'request-1', namespace: 'acme' };

const cloud = useEmulator();
beforeEach(() => {
  cloud.cloud.addRepository('acme', 'web');
  cloud.cloud.addTask({ namespace: 'acme', repository: 'web', ...EMEA });
  cloud.cloud.addRepository('acme', 'quiet');
  cloud.cloud.addRepository('other', 'web');
  cloud.cloud.addTask({ namespace: 'other', repository: 'web', ...EMEA });
});

test('loses the tasks of every repository, and says which', async () => {
  const { outcomes } = await cleanUp(cloud, request);
  expect(outcomes).toMatchObject([
    { repository: 'payments/api', target: DR, outcome: 'deleted' },
    { repository: 'payments/api', target: APAC, outcome: 'deleted' },
    { repository: 'web', target: EMEA, outcome: 'deleted' },
  ]);
  expect(cloud.cloud.tasks()).toMatchObject([{ namespace: 'other' }]);
});

test('loses the named targets of every repository', async () => {
  const { outcomes } = await cleanUp(cloud, { ...request, targets: [EMEA] });
  expect(outcomes).toMatchObject([
    { repository: 'payments/api', target: EMEA, outcome: 'absent' },
    { repository: 'quiet', target: EMEA, outcome: 'absent' },
    { repository: 'web', target: EMEA, outcome: 'deleted' },
  ]);
  expect(cloud.cloud.tasks('acme')).toHaveLength(2);
});

test('keeps the repositories that a rule denies', async () => {
  const { outcomes } = await cleanUp(cloud, request, { rules: { deny: ['acme/payments/**'] } });
  expect(outcomes).toMatchObject([
    { repository: 'web', target: EMEA, outcome: 'deleted' },
    { repository: 'payments/api', outcome: 'kept', reason: 'denied', rule: 'acme/payments/**' },
  ]);
  expect(cloud.journal.of('listSyncTasks').map(({ repository }) => repository)).toEqual(['quiet', 'web']);
});

test.each([
  { why: 'as many as there may be', limit: 3, left: 0 },
  { why: 'one more than there may be, all repositories together', limit: 2, left: 3 },
])('keeps $left tasks where the most is $limit: $why', async ({ limit, left }) => {
  await cleanUp(cloud, request, { rules: { maxTasksPerRequest: limit } });
  expect(cloud.cloud.tasks('acme')).toHaveLength(left);
});

test("cleans the other repositories if one can't be listed, and retries that one three times", async () => {
  for (const nth of [1, 4, 5, 6]) cloud.fault('listSyncTasks', { status: 500 }, { nth });
  const { outcomes } = await cleanUp(cloud, request);
  expect(outcomes.filter(({ outcome }) => outcome === 'failed')).toMatchObject([
    { repository: expect.any(String), status: 500, retryable: true },
  ]);
  expect(cloud.journal.of('listSyncTasks')).toHaveLength(6);
});

test('fails as a whole where its repositories can not be listed', async () => {
  cloud.fault('listRepositories', { status: 503 });
  const { outcomes, recorded } = await cleanUp(cloud, request);
  expect(outcomes).toMatchObject([{ outcome: 'failed', status: 503, retryable: true }]);
  expect(recorded.of('failed')).toMatchObject([{ namespace: 'acme', status: 503 }]);
});

test('looks no further where its time is over', async () => {
  const { outcomes } = await cleanUp(cloud, request, { deadline: allowing(1) });
  expect(cloud.journal.of('listSyncTasks')).toHaveLength(1);
  expect(cloud.journal.of('deleteSyncTask')).toEqual([]);
  expect(
    outcomes.filter((outcome) => outcome.outcome === 'failed' && outcome.code === 'DEADLINE'),
  ).not.toHaveLength(0);
  expect(outcomes.every(({ outcome }) => outcome === 'failed')).toBe(true);
});

test('has nothing to lose where SWR does not know it', async () => {
  const { outcomes } = await cleanUp(cloud, { ...request, namespace: 'nobody' });
  expect(outcomes).toEqual([]);
});

describe('an organization that is too large for one time', () => {
  const names = Array.from({ length: 23 }, (_, index) => `r${String(index).padStart(2, '0')}`);
  const pageSize = 10;
  beforeEach(() => {
    cloud.cloud.addOrganization('large');
    for (const repository of names) {
      cloud.cloud.addRepository('large', repository);
      cloud.cloud.addTask({ namespace: 'large', repository, ...DR });
    }
  });
  const large: CleanupRequest = { ...request, namespace: 'large' };
  const rules = { maxTasksPerRequest: 100 };
  const left = () => cloud.cloud.tasks('large').length;

  test('is done in one go where the time is enough', async () => {
    const { outcomes, rest } = await cleanUp(cloud, large, { rules, pageSize });
    expect(outcomes).toHaveLength(23);
    expect(rest).toBeUndefined();
    expect(left()).toBe(0);
    expect(cloud.journal.of('listSyncTasks')).toHaveLength(23);
    // Three pages and an empty one, each but the first with the last name of the one before.
    expect(cloud.journal.of('listRepositories')).toHaveLength(7);
  });

  test('goes on where it ended, and ends', async () => {
    let next: CleanupRequest | undefined = large;
    const offsets: (number | undefined)[] = [];
    while (next !== undefined) {
      offsets.push(next.offset);
      // Enough for one page: a look and a deletion each.
      const { rest }: { rest?: CleanupRequest } = await cleanUp(cloud, next, {
        rules,
        pageSize,
        deadline: allowing(20),
      });
      next = rest;
    }
    expect(offsets).toEqual([undefined, 10, 20]);
    expect(left()).toBe(0);
    expect(cloud.journal.of('listSyncTasks')).toHaveLength(23);
  });

  test('returns to the queue from the page on that keeps failing', async () => {
    for (const nth of [15, 21, 22, 23]) cloud.fault('deleteSyncTask', { status: 503 }, { nth });
    const { rest } = await cleanUp(cloud, large, { rules, pageSize });
    expect(rest).toEqual({ ...large, offset: 10, after: 'r09' });
    expect(left()).toBe(4);
  });

  test('misses none although repositories came and went since the last message', async () => {
    const { rest } = await cleanUp(cloud, large, { rules, pageSize, deadline: allowing(20) });
    expect(rest).toEqual({ ...large, offset: 10, after: 'r09' });
    for (const gone of names.slice(5, 12)) cloud.cloud.removeRepository('large', gone);
    cloud.cloud.addRepository('large', 'a-new-one');
    await cleanUp(cloud, rest ?? large, { rules, pageSize });
    expect(cloud.cloud.tasks('large').map(({ repoName }) => repoName)).toEqual(names.slice(10, 12));
  });

  test('goes on in the order of SWR where an earlier version has counted in it', async () => {
    await cleanUp(cloud, { ...large, offset: 20 }, { rules, pageSize });
    expect(left()).toBe(20);
  });

  test('is done in one go although a page could not be listed at first', async () => {
    cloud.fault('listRepositories', { status: 503, headers: { 'Retry-After': '0' } }, { nth: 2 });
    const { outcomes, rest } = await cleanUp(cloud, large, { rules, pageSize });
    expect(rest).toBeUndefined();
    expect(outcomes).toHaveLength(23);
  });

  test('is cleaned as far as its list goes, and returns as a whole for the rest', async () => {
    cloud.fault('listRepositories', { status: 503, headers: { 'Retry-After': '0' } }, { nth: 2, times: 3 });
    const { outcomes, rest } = await cleanUp(cloud, large, { rules, pageSize });
    expect(rest).toBeUndefined();
    expect(left()).toBe(13);
    expect(outcomes.filter(({ outcome }) => outcome === 'failed')).toMatchObject([
      { status: 503, retryable: true },
    ]);
  });

  test('stops where the whole would cost more deletions than allowed', async () => {
    const { outcomes, rest } = await cleanUp(cloud, large, { rules: { maxTasksPerRequest: 15 }, pageSize });
    expect(rest).toBeUndefined();
    expect(left()).toBe(13);
    expect(outcomes).toContainEqual(expect.objectContaining({ code: 'TOO_MANY_TASKS', retryable: false }));
    expect(outcomes).toHaveLength(20);
  });

  test('is done to its end although a person has to see to one of its tasks', async () => {
    cloud.fault('deleteSyncTask', { status: 403, code: 'SVCSTG.SWR.4030170' }, { nth: 5 });
    const { outcomes, rest } = await cleanUp(cloud, large, { rules, pageSize });
    expect(rest).toBeUndefined();
    expect(outcomes).toHaveLength(23);
    expect(left()).toBe(1);
  });
});
