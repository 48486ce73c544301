import { beforeEach, describe, expect, test } from '@jest/globals';
import { planRestore, restoreTasks } from '../../cli/restore-tasks.ts';
import { ServiceError } from '../../lib/failure.ts';
import { parseSyncTask } from '../../lib/huaweicloud/sync-task.ts';
import type { TaskEntry } from '../../lib/ledger/history.ts';
import type { Fault } from '../../local/huaweicloud/emulator.ts';
import { DR, EMEA, manyTargets, useEmulator } from '../support/cloud.ts';
import { allowing, noHurry } from '../support/deadline.ts';
import { swrClient } from '../support/swr-client.ts';

const cloud = useEmulator();

/** Of a task that was there, and is not any more. */
function deletionOf(differences: Partial<TaskEntry> = {}): TaskEntry {
  const target = differences.target ?? EMEA;
  const task = parseSyncTask(JSON.stringify({ ...target, syncAuto: true, override: true }));
  return {
    kind: 'task',
    key: { pk: 'delivery#one', sk: 'task' },
    id: 'one',
    account: 'main',
    namespace: 'acme',
    repository: 'payments/api',
    target,
    ...(task && { task }),
    outcome: 'deleted',
    at: '2026-11-24T03:00:00.000Z',
    ...differences,
  };
}

function withoutTask(deletion: TaskEntry): TaskEntry {
  const { task: _, ...rest } = deletion;
  return rest;
}

/** Looks, creates and writes down, as often as it is called. */
function restorer() {
  const marked: TaskEntry[] = [];
  const progress: number[] = [];
  const swr = swrClient(cloud.url);
  const context = {
    clientOf: (account: string) => {
      if (account === 'main') return swr;
      throw new ServiceError({ code: 'UNKNOWN_ACCOUNT', message: `no ${account}`, retryable: false });
    },
    deadline: noHurry,
    onProgress: (tasks: number) => void progress.push(tasks),
    markRestored: (deletion: TaskEntry) => {
      marked.push(deletion);
      return Promise.resolve();
    },
  };
  const restore = async (deletions: readonly TaskEntry[], again = false) =>
    restoreTasks(await planRestore(deletions, context, again), context);
  return { context, marked, progress, restore };
}

const taskOf = ({ remoteNamespace }: { remoteNamespace: string }) =>
  cloud.cloud.tasks().find((row) => row.remoteNamespace === remoteNamespace);

describe('a plan', () => {
  test.each([
    { why: 'it is gone', deletion: {}, again: false, state: 'missing' },
    { why: 'it is there', deletion: { target: DR }, again: false, state: 'there' },
    {
      why: 'the deletion was begun, and it is gone',
      deletion: { outcome: 'intended' as const },
      again: false,
      state: 'missing',
    },
    {
      why: 'it was restored and is not listed',
      deletion: { restoredAt: '2026-11-24T04:00:00.000Z' },
      again: false,
      state: 'restored before',
    },
    {
      why: 'that one is wanted again',
      deletion: { restoredAt: '2026-11-24T04:00:00.000Z' },
      again: true,
      state: 'missing',
    },
    {
      why: 'it was restored and is there',
      deletion: { target: DR, restoredAt: '2026-11-24T04:00:00.000Z' },
      again: true,
      state: 'there',
    },
  ])('says that a task is $state where $why', async ({ deletion, again, state }) => {
    const { context } = restorer();
    await expect(planRestore([deletionOf(deletion)], context, again)).resolves.toMatchObject([{ state }]);
    expect(cloud.journal.of('createSyncTask')).toEqual([]);
  });

  test('looks at each repository once', async () => {
    const { context, progress } = restorer();
    const deletions = manyTargets(3).map((target) => deletionOf({ target }));
    await planRestore([...deletions, deletionOf({ repository: 'web' })], context);
    const listed = cloud.journal.of('listSyncTasks').map(({ repository }) => repository);
    expect([listed.length, new Set(listed)]).toEqual([2, new Set(['payments/api', 'web'])]);
    expect(new Set(progress)).toEqual(new Set([1, 3]));
  });

  test('says why where it can not look', async () => {
    cloud.fault('listSyncTasks', { status: 500 });
    const { context } = restorer();
    await expect(planRestore([deletionOf()], context)).resolves.toMatchObject([
      { state: 'failed', status: 500 },
    ]);
  });
});

/** Behaviours of SWR's creation, both of which are reported. */
describe.each([
  { strictCreate: false, why: 'changes a task that exists' },
  { strictCreate: true, why: 'rejects the creation of a task that exists' },
])('restoring, where SWR $why,', ({ strictCreate }) => {
  beforeEach(() => {
    cloud.cloud.strictCreate = strictCreate;
  });

  test.each([
    { why: 'both flags', task: { syncAuto: true, override: true } },
    { why: 'one of them', task: { syncAuto: false, override: true } },
    { why: 'none', task: { syncAuto: false, override: false } },
  ])('creates a task as it was: $why', async ({ task }) => {
    const { restore, marked } = restorer();
    const deletion = deletionOf({ task: { ...EMEA, ...task } });
    await expect(restore([deletion])).resolves.toEqual([{ deletion, outcome: 'restored' }]);
    expect(taskOf(EMEA)).toMatchObject({ namespace: 'acme', repoName: 'payments/api', ...EMEA, ...task });
    expect(marked).toEqual([deletion]);
  });

  test('creates a task with default settings if it was never listed', async () => {
    const { restore } = restorer();
    await restore([withoutTask(deletionOf())]);
    expect(taskOf(EMEA)).toMatchObject({ syncAuto: false, override: false });
  });

  test('leaves a task as it is that is there already, and takes it for restored', async () => {
    const before = taskOf(DR);
    const { restore, marked } = restorer();
    const deletion = deletionOf({ target: DR });
    await expect(restore([deletion])).resolves.toEqual([{ deletion, outcome: 'already there' }]);
    expect(taskOf(DR)).toEqual(before);
    expect(marked).toEqual([deletion]);
  });

  test.each([
    { why: 'it was marked before', deletion: { target: DR, restoredAt: '2026-11-24T04:00:00.000Z' } },
    { why: 'its deletion came to nothing', deletion: { target: DR, outcome: 'failed' as const } },
  ])('marks nothing that is there where $why', async ({ deletion }) => {
    const { restore, marked } = restorer();
    await expect(restore([deletionOf(deletion)])).resolves.toMatchObject([{ outcome: 'already there' }]);
    expect(marked).toEqual([]);
  });

  test('leaves alone what was restored before and is not listed', async () => {
    const { restore, marked } = restorer();
    const deletion = deletionOf({ restoredAt: '2026-11-24T04:00:00.000Z' });
    await expect(restore([deletion])).resolves.toEqual([{ deletion, outcome: 'restored before' }]);
    expect([cloud.journal.of('createSyncTask'), marked]).toEqual([[], []]);
  });

  test('takes a task that SWR has and does not list for a success, and records it', async () => {
    cloud.cloud.listing = { hideManual: true };
    const task = { ...EMEA, syncAuto: false, override: false };
    cloud.cloud.addTask({ namespace: 'acme', repository: 'payments/api', ...task });
    const { restore, marked } = restorer();
    const deletion = deletionOf({ task });
    const outcome = strictCreate ? 'there but not listed' : 'restored';
    await expect(restore([deletion])).resolves.toEqual([{ deletion, outcome }]);
    expect(
      cloud.cloud.tasks().filter(({ remoteNamespace }) => remoteNamespace === EMEA.remoteNamespace),
    ).toHaveLength(1);
    expect(marked).toEqual([deletion]);
  });

  test('leaves a task as it is that another has created since the plan', async () => {
    const { context, marked } = restorer();
    const deletion = deletionOf();
    const plan = await planRestore([deletion], context);
    cloud.cloud.addTask({ namespace: 'acme', repository: 'payments/api', ...EMEA, syncAuto: true });
    const outcome = strictCreate ? 'already there' : 'restored';
    await expect(restoreTasks(plan, context)).resolves.toEqual([{ deletion, outcome }]);
    expect(taskOf(EMEA)).toMatchObject({ override: !strictCreate });
    expect(marked).toEqual([deletion]);
  });

  test.each<[what: string, fault: Fault]>([
    ['its answer was lost', { reset: 'body', afterwards: true }],
    ['SWR says in other words that it exists', { status: 400, message: 'conflict', afterwards: true }],
  ])('finds the task after a failed creation, when %s', async (_, fault) => {
    cloud.fault('createSyncTask', fault);
    const { restore, marked } = restorer();
    await expect(restore([deletionOf()])).resolves.toMatchObject([{ outcome: 'already there' }]);
    expect(marked).toHaveLength(1);
  });

  test('fails with the first failure if it can not look for the task after it', async () => {
    const { context } = restorer();
    const plan = await planRestore([deletionOf()], context);
    cloud.fault('createSyncTask', { status: 503 });
    cloud.fault('listSyncTasks', { status: 500 });
    await expect(restoreTasks(plan, context)).resolves.toMatchObject([{ outcome: 'failed', status: 503 }]);
  });

  test('fails permanently for a region that SWR does not know', async () => {
    cloud.cloud.regions = [DR.remoteRegionId];
    const { restore, marked } = restorer();
    await expect(restore([deletionOf()])).resolves.toMatchObject([
      {
        outcome: 'failed',
        status: 500,
        retryable: false,
        message: expect.stringContaining(`SWR may not know the region ${EMEA.remoteRegionId}`),
      },
    ]);
    expect([cloud.journal.of('createSyncTask').length, marked]).toEqual([1, []]);
  });

  test("fails with the repository's name if it no longer exists", async () => {
    const { restore, marked } = restorer();
    await expect(restore([deletionOf({ repository: 'gone' })])).resolves.toMatchObject([
      {
        outcome: 'failed',
        code: 'NO_REPOSITORY',
        retryable: false,
        message: expect.stringContaining('acme/gone'),
      },
    ]);
    expect(marked).toEqual([]);
  });

  test.each([
    { why: 'an account is not configured any more', deletion: { account: 'gone' }, code: 'UNKNOWN_ACCOUNT' },
    { why: 'SWR rejects it', deletion: {}, code: 'SVCSTG.SWR.4030170' },
  ])('tries all others where $why', async ({ deletion, code }) => {
    const { restore } = restorer();
    const failing = deletionOf(deletion);
    const other = deletionOf({ target: { ...EMEA, remoteNamespace: 'other' } });
    if (code.startsWith('SVCSTG')) cloud.fault('createSyncTask', { code });
    const outcomes = await restore([failing, other]);
    expect(outcomes).toMatchObject([{ outcome: 'failed', code }, { outcome: 'restored' }]);
    expect(taskOf(other.target)).toBeDefined();
  });

  test('fails a task whose restoration can not be written down, and ends well the next time', async () => {
    const { context } = restorer();
    const plan = await planRestore([deletionOf()], context);
    const markRestored = () =>
      Promise.reject(new ServiceError({ code: 'LEDGER_UNAVAILABLE', message: 'no ledger', retryable: true }));
    await expect(restoreTasks(plan, { ...context, markRestored })).resolves.toMatchObject([
      { outcome: 'failed', code: 'LEDGER_UNAVAILABLE' },
    ]);
    const { restore, marked } = restorer();
    await expect(restore([deletionOf()])).resolves.toMatchObject([{ outcome: 'already there' }]);
    expect(marked).toHaveLength(1);
  });

  test('starts nothing where it may not, and says so', async () => {
    const { context } = restorer();
    await expect(planRestore([deletionOf()], { ...context, deadline: allowing(0) })).resolves.toMatchObject([
      { state: 'failed', code: 'DEADLINE' },
    ]);
    const plan = await planRestore(
      manyTargets(3).map((target) => deletionOf({ target })),
      context,
    );
    const outcomes = await restoreTasks(plan, { ...context, deadline: allowing(1) });
    expect(outcomes.map((each) => ('code' in each ? each.code : each.outcome))).toEqual([
      'restored',
      'DEADLINE',
      'DEADLINE',
    ]);
  });

  test('changes one task of a repository at a time, and several repositories at once', async () => {
    for (const repository of ['a', 'b', 'c']) cloud.cloud.addRepository('acme', repository);
    const deletions = ['a', 'b', 'c'].flatMap((repository) =>
      manyTargets(3).map((target) => deletionOf({ repository, target })),
    );
    cloud.fault('createSyncTask', { delayMs: 50 }, { times: 9 });
    const restoring = restorer().restore(deletions);
    const begun = () => cloud.journal.of('createSyncTask').map(({ repository }) => repository);
    await cloud.journal.waitFor(() => begun().length >= 3);
    expect(new Set(begun().slice(0, 3))).toEqual(new Set(['a', 'b', 'c']));
    expect((await restoring).map(({ outcome }) => outcome)).toEqual(Array(9).fill('restored'));
  });
});
