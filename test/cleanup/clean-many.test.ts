import { describe, expect, test } from '@jest/globals';
import { cleanUp } from '../support/cleanup.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { manyTargets, startCloud, useEmulator } from '../support/cloud.ts';
import { allowing, givingUpAfter } from '../support/deadline.ts';

const request = cleanupRequest({ repository: 'many' });

const cloud = useEmulator();

function addTasks(count: number): void {
  for (const target of manyTargets(count)) {
    cloud.cloud.addTask({ namespace: 'acme', repository: 'many', ...target });
  }
}

function left(): number {
  return cloud.cloud.tasks('acme', 'many').length;
}

describe('many tasks', () => {
  test('are deleted eight at a time and no more', async () => {
    const slow = await startCloud({ latencyMs: 50 });
    try {
      for (const target of manyTargets(24)) {
        slow.cloud.addTask({ namespace: 'acme', repository: 'many', ...target });
      }
      let most = 0;
      const watching = slow.journal.waitFor((entries) => {
        const deletions = entries.filter(({ operation }) => operation === 'deleteSyncTask');
        most = Math.max(most, deletions.filter(({ status }) => status === undefined).length);
        return deletions.filter(({ status }) => status === 200).length === 24;
      });
      await cleanUp(slow, request);
      await watching;
      expect(most).toBe(8);
    } finally {
      await slow.close();
    }
  });

  test('need one token and few connections', async () => {
    addTasks(40);
    await cleanUp(cloud, request);
    expect(cloud.journal.of('createToken')).toHaveLength(1);
    expect(new Set(cloud.journal.entries.map(({ connection }) => connection)).size).toBeLessThanOrEqual(8);
  });

  test('are all tried although some fail', async () => {
    addTasks(20);
    cloud.fault('deleteSyncTask', { status: 500 }, { nth: 1, times: 3 });
    cloud.fault('deleteSyncTask', { status: 403, code: 'SVCSTG.SWR.4030170' }, { nth: 10 });
    const { outcomes } = await cleanUp(cloud, request);
    expect(outcomes.filter(({ outcome }) => outcome === 'deleted')).toHaveLength(16);
    expect(outcomes.filter((outcome) => outcome.outcome === 'failed' && outcome.retryable)).toHaveLength(3);
    expect(outcomes.filter((outcome) => outcome.outcome === 'failed' && !outcome.retryable)).toHaveLength(1);
    expect(left()).toBe(4);
    expect(cloud.journal.of('deleteSyncTask')).toHaveLength(20);
  });

  test('are each reported with what failed', async () => {
    addTasks(2);
    cloud.fault('deleteSyncTask', { status: 429, code: 'APIGW.0308', headers: { 'Retry-After': '30' } });
    const { outcomes, recorded } = await cleanUp(cloud, request);
    const failure = {
      outcome: 'failed',
      code: 'APIGW.0308',
      status: 429,
      retryable: true,
      retryAfterSeconds: 30,
    };
    expect(outcomes).toContainEqual(expect.objectContaining({ ...failure, task: expect.anything() }));
    expect(recorded.of('failed')).toMatchObject([{ level: 'warn', code: 'APIGW.0308', status: 429 }]);
    expect(recorded.of('cleaned')).toMatchObject([{ deleted: 1, failed: 1 }]);
  });
});

describe('a list of tasks', () => {
  test.each([
    { why: 'there may be more behind 100', count: 100, atOnce: 100, looks: 2 },
    { why: 'there are more behind 100', count: 230, atOnce: 100, looks: 4 },
    { why: 'SWR may give fewer than it documents', count: 60, atOnce: 50, looks: 3 },
    { why: 'SWR may give ten', count: 23, atOnce: 10, looks: 3 },
    { why: 'it is too short to be cut off', count: 9, atOnce: 100, looks: 1 },
  ])('of $count, $atOnce at once, is listed $looks times: $why', async ({ count, atOnce, looks }) => {
    addTasks(count);
    cloud.cloud.listing = { tasks: atOnce };
    const { outcomes } = await cleanUp(cloud, request);
    expect(outcomes.filter(({ outcome }) => outcome === 'deleted')).toHaveLength(count);
    expect(outcomes).toHaveLength(count);
    expect(cloud.journal.of('listSyncTasks')).toHaveLength(looks);
    expect(left()).toBe(0);
  });

  test('costs no more deletions than allowed, whatever is behind it', async () => {
    addTasks(230);
    const { outcomes } = await cleanUp(cloud, request, { rules: { maxTasksPerRequest: 150 } });
    expect(left()).toBe(130);
    expect(outcomes.filter(({ outcome }) => outcome === 'deleted')).toHaveLength(100);
    expect(outcomes).toContainEqual(
      expect.objectContaining({
        code: 'TOO_MANY_TASKS',
        retryable: false,
        message: 'Only 100 were deleted: 200 tasks exceed safety.maxTasksPerRequest (150)',
      }),
    );
  });

  test.each([
    { why: 'targets are named', differences: { targets: manyTargets(2) }, rules: {} },
    { why: 'nothing would change the next time', differences: {}, rules: { mode: 'dry-run' as const } },
    { why: 'everything is newer', differences: { occurredAt: '2020-01-01T00:00:00Z' }, rules: {} },
    { why: 'it is for a person already', differences: {}, rules: { maxTasksPerRequest: 50 } },
  ])('is listed once: $why', async ({ differences, rules }) => {
    addTasks(100);
    await cleanUp(cloud, { ...request, ...differences }, { rules });
    expect(cloud.journal.of('listSyncTasks')).toHaveLength(1);
  });

  test.each([
    { why: 'a dry run', differences: {}, rules: { mode: 'dry-run' as const }, count: 60, warnings: 1 },
    { why: 'all are newer', differences: { occurredAt: '2020-01-01T00:00:00Z' }, count: 60, warnings: 1 },
    { why: 'all are deleted', differences: {}, count: 60, warnings: 0 },
    { why: 'targets are named', differences: { targets: manyTargets(1) }, count: 60, warnings: 0 },
    { why: 'the list is short', differences: {}, rules: { mode: 'dry-run' as const }, count: 9, warnings: 0 },
  ])('is reported $warnings times as one that may hide tasks: $why', async (row) => {
    addTasks(row.count);
    cloud.cloud.listing = { tasks: 50 };
    const { recorded } = await cleanUp(cloud, { ...request, ...row.differences }, { rules: row.rules ?? {} });
    const warning = { level: 'warn', namespace: 'acme', repository: 'many' };
    expect(recorded.of('may have more')).toMatchObject(Array.from({ length: row.warnings }, () => warning));
  });

  test('that SWR gives as it was before the deletions is no reason to go on', async () => {
    addTasks(10);
    const rows = cloud.cloud.tasks('acme', 'many');
    cloud.fault('listSyncTasks', { body: JSON.stringify(rows) }, { times: 99 });
    const { outcomes } = await cleanUp(cloud, request);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 10 }, () => 'deleted'));
    expect(cloud.journal.of('listSyncTasks')).toHaveLength(2);
  });

  test("that can't be listed again is a transient failure", async () => {
    addTasks(10);
    cloud.fault('listSyncTasks', { status: 503 }, { nth: 2 });
    const { outcomes } = await cleanUp(cloud, request);
    expect(outcomes.slice(0, 10).every(({ outcome }) => outcome === 'deleted')).toBe(true);
    expect(outcomes.slice(10)).toMatchObject([{ outcome: 'failed', status: 503, retryable: true }]);
  });

  test('is not listed again if nothing could be deleted', async () => {
    addTasks(100);
    cloud.fault('deleteSyncTask', { status: 500 }, { times: Infinity });
    await cleanUp(cloud, request);
    expect(cloud.journal.of('listSyncTasks')).toHaveLength(1);
  });
});

describe('an invocation that runs out of time', () => {
  const outOfTime = { outcome: 'failed', code: 'DEADLINE', retryable: true };

  test('does not even look', async () => {
    addTasks(3);
    const { outcomes } = await cleanUp(cloud, request, { deadline: allowing(0) });
    expect(outcomes).toMatchObject([outOfTime]);
    expect(cloud.journal.entries).toEqual([]);
  });

  test('says so of every named target', async () => {
    const targets = manyTargets(3);
    const { outcomes } = await cleanUp(cloud, { ...request, targets }, { deadline: allowing(0) });
    expect(outcomes).toMatchObject(targets.map((target) => ({ target, ...outOfTime })));
  });

  test('starts no further deletion, and gives back what is left', async () => {
    addTasks(10);
    const { outcomes } = await cleanUp(cloud, request, { deadline: allowing(5) });
    expect(outcomes.filter(({ outcome }) => outcome === 'deleted')).toHaveLength(4);
    // The last one is the look at what may be behind them.
    expect(outcomes.filter(({ outcome }) => outcome === 'failed')).toMatchObject(
      Array.from({ length: 7 }, () => outOfTime),
    );
    expect(left()).toBe(6);
  });

  test('does not wait for an answer beyond its end', async () => {
    addTasks(3);
    cloud.fault('deleteSyncTask', { hang: true }, { nth: 2, times: Infinity });
    const { outcomes } = await cleanUp(cloud, request, { deadline: givingUpAfter(500) });
    expect(outcomes.filter(({ outcome }) => outcome === 'deleted')).toHaveLength(1);
    expect(outcomes).toContainEqual(expect.objectContaining({ code: 'TIMEOUT', retryable: true }));
  });
});

test('settles every target with the failure that keeps it from looking', async () => {
  cloud.fault('listSyncTasks', { status: 503 });
  const targets = manyTargets(2);
  const { outcomes } = await cleanUp(cloud, { ...request, targets });
  expect(outcomes).toMatchObject(
    targets.map((target) => ({ target, outcome: 'failed', status: 503, retryable: true })),
  );
  expect(cloud.journal.of('deleteSyncTask')).toEqual([]);
});
