import { describe, expect, test } from '@jest/globals';
import { cleanUp } from '../support/cleanup.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { APAC, DR, EMEA, manyTargets, useEmulator } from '../support/cloud.ts';

const EVENT = '2026-11-24T03:00:00.000Z';

const cloud = useEmulator();

function addTasks(repository: string, count: number): void {
  for (const target of manyTargets(count)) cloud.cloud.addTask({ namespace: 'acme', repository, ...target });
}

function changes(): number {
  return cloud.journal.of('deleteSyncTask').length;
}

describe('a repository that is gone', () => {
  test('loses every task, and the record says from what each can be restored', async () => {
    const tasks = cloud.cloud.tasks('acme', 'payments/api');
    const { outcomes } = await cleanUp(cloud, cleanupRequest());
    expect(outcomes).toEqual([
      { target: DR, task: tasks[0], outcome: 'deleted' },
      { target: APAC, task: tasks[1], outcome: 'deleted' },
    ]);
    expect(cloud.cloud.tasks()).toEqual([]);
    expect(cloud.journal.entries.map(({ operation }) => operation)).toEqual([
      'createToken',
      'listSyncTasks',
      'deleteSyncTask',
      'deleteSyncTask',
    ]);
  });

  test('loses the tasks alone that the request names', async () => {
    const { outcomes } = await cleanUp(cloud, cleanupRequest({ targets: [APAC] }));
    expect(outcomes).toMatchObject([{ target: APAC, outcome: 'deleted' }]);
    expect(cloud.cloud.tasks()).toMatchObject([DR]);
  });

  test('loses a named task that SWR does not list', async () => {
    cloud.cloud.addTask({ namespace: 'acme', repository: 'payments/api', ...EMEA, hidden: true });
    const { outcomes } = await cleanUp(cloud, cleanupRequest({ targets: [EMEA], occurredAt: EVENT }));
    expect(outcomes).toEqual([{ target: EMEA, outcome: 'deleted' }]);
    expect(cloud.cloud.tasks()).toHaveLength(2);
  });

  test.each([
    { why: 'as documented', goneAs: 404 },
    { why: 'as seen in practice', goneAs: 400 },
  ] as const)('finds a named task absent that is not there: $goneAs, $why', async ({ goneAs }) => {
    cloud.cloud.goneAs = goneAs;
    const { outcomes } = await cleanUp(cloud, cleanupRequest({ targets: [EMEA, DR] }));
    expect(outcomes).toMatchObject([
      { target: EMEA, outcome: 'absent' },
      { target: DR, outcome: 'deleted' },
    ]);
  });

  test.each([
    { why: 'SWR has never heard of it', request: cleanupRequest({ repository: 'unknown' }) },
    { why: 'nor of its organization', request: cleanupRequest({ namespace: 'unknown' }) },
  ])('has nothing to lose where $why', async ({ request }) => {
    const { outcomes } = await cleanUp(cloud, request);
    expect(outcomes).toEqual([]);
    expect(changes()).toBe(0);
  });

  test('can be cleaned repeatedly', async () => {
    const request = cleanupRequest({ targets: [DR, APAC] });
    await cleanUp(cloud, request);
    const { outcomes } = await cleanUp(cloud, request);
    expect(outcomes).toEqual([
      { target: DR, outcome: 'absent' },
      { target: APAC, outcome: 'absent' },
    ]);
  });

  test('keeps the tasks that are newer than the event, named or not', async () => {
    const repository = 'used-again';
    const namespace = 'acme';
    cloud.cloud.addTask({ namespace, repository, ...DR, createdAt: '2026-11-24T02:59:59.9Z' });
    cloud.cloud.addTask({ namespace, repository, ...APAC, createdAt: '2026-11-24T03:00:00Z' });
    cloud.cloud.addTask({ namespace, repository, ...EMEA, createdAt: '2026-11-24T03:00:00.001Z' });
    for (const targets of [undefined, [DR, APAC, EMEA]]) {
      const request = cleanupRequest({ repository, occurredAt: EVENT, ...(targets && { targets }) });
      const { outcomes } = await cleanUp(cloud, request);
      expect(outcomes).toContainEqual({
        target: EMEA,
        task: expect.objectContaining(EMEA),
        outcome: 'kept',
        reason: 'newer than the event',
      });
      expect(cloud.cloud.tasks(namespace, repository)).toMatchObject([EMEA]);
    }
  });
});

describe('the rules of safety', () => {
  test.each([
    { why: 'every task is meant', targets: undefined, subjects: [{}] },
    { why: 'targets are named', targets: [DR, EMEA], subjects: [{ target: DR }, { target: EMEA }] },
  ])('deny without any call, where $why', async ({ targets, subjects }) => {
    const request = cleanupRequest(targets && { targets });
    const { outcomes } = await cleanUp(cloud, request, { rules: { deny: ['other/**', 'acme/payments/*'] } });
    const denied = { outcome: 'kept', reason: 'denied', rule: 'acme/payments/*' };
    expect(outcomes).toEqual(subjects.map((subject) => ({ ...subject, ...denied })));
    expect(cloud.journal.entries).toEqual([]);
  });

  test('look in a dry run, and change nothing', async () => {
    const request = cleanupRequest({ targets: [DR, EMEA] });
    const { outcomes } = await cleanUp(cloud, request, { rules: { mode: 'dry-run' } });
    expect(outcomes).toEqual([
      { target: DR, task: expect.objectContaining(DR), outcome: 'kept', reason: 'dry run' },
      { target: EMEA, outcome: 'kept', reason: 'dry run' },
    ]);
    expect(cloud.journal.of('listSyncTasks')).toHaveLength(1);
    expect(changes()).toBe(0);
  });

  test.each([
    { why: 'as many as there may be', limit: 12, deleted: 12 },
    { why: 'one more than there may be', limit: 11, deleted: 0 },
  ])('delete $deleted of 12 where the most is $limit: $why', async ({ limit, deleted }) => {
    addTasks('twelve', 12);
    const request = cleanupRequest({ repository: 'twelve' });
    const { outcomes } = await cleanUp(cloud, request, { rules: { maxTasksPerRequest: limit } });
    expect(changes()).toBe(deleted);
    expect(outcomes).toHaveLength(12);
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(
      new Set([deleted === 0 ? 'failed' : 'deleted']),
    );
  });

  test('count what would be deleted, and not what is kept', async () => {
    const request = cleanupRequest({ targets: [DR, APAC], occurredAt: EVENT });
    cloud.cloud.addTask({
      namespace: 'acme',
      repository: 'payments/api',
      ...APAC,
      createdAt: '2026-12-01T00:00:00Z',
    });
    const { outcomes } = await cleanUp(cloud, request, { rules: { maxTasksPerRequest: 1 } });
    expect(outcomes).toMatchObject([{ outcome: 'deleted' }, { outcome: 'kept' }]);
  });

  test('leave a request that would delete too much to a person', async () => {
    const { outcomes } = await cleanUp(cloud, cleanupRequest(), { rules: { maxTasksPerRequest: 1 } });
    const tooMany = { outcome: 'failed', code: 'TOO_MANY_TASKS', retryable: false };
    expect(outcomes).toMatchObject([
      {
        target: DR,
        ...tooMany,
        message: expect.stringContaining('2 tasks exceed safety.maxTasksPerRequest (1)'),
      },
      { target: APAC, ...tooMany },
    ]);
  });
});

test('logs what it saw, each outcome, and the sum', async () => {
  const { recorded } = await cleanUp(cloud, cleanupRequest({ targets: [DR, EMEA] }));
  const subject = { namespace: 'acme', repository: 'payments/api' };
  expect(recorded.of('listed')).toMatchObject([{ ...subject, tasks: 2 }]);
  expect(recorded.of('deleted')).toMatchObject([{ level: 'info', ...subject, target: 'cn-east-3/acme-dr' }]);
  expect(recorded.of('absent')).toMatchObject([
    { level: 'info', ...subject, target: 'eu-west-101/acme-emea' },
  ]);
  expect(recorded.of('cleaned')).toMatchObject([{ deleted: 1, absent: 1, kept: 0, failed: 0 }]);
});

describe('the log', () => {
  const occurredAt = () => new Date(Date.now() - 3_600_000).toISOString();

  test('has a line for each target, and for a deletion how old its event is', async () => {
    const request = cleanupRequest({ targets: [DR, EMEA], occurredAt: occurredAt() });
    const { recorded } = await cleanUp(cloud, request);
    const about = { level: 'info', namespace: 'acme', repository: 'payments/api' };
    const [deleted] = recorded.of('deleted');
    expect(deleted).toMatchObject({ ...about, target: 'cn-east-3/acme-dr' });
    expect(deleted).not.toHaveProperty('task');
    expect(deleted?.['ageSeconds']).toBeGreaterThanOrEqual(3600);
    expect(deleted?.['ageSeconds']).toBeLessThan(3660);
    const [absent] = recorded.of('absent');
    expect(absent).toMatchObject({ ...about, target: 'eu-west-101/acme-emea' });
    expect(absent).not.toHaveProperty('ageSeconds');
  });

  test.each([
    { why: "the sender's clock is ahead", occurredAt: '2999-01-01T00:00:00Z', age: 0 },
    { why: 'its time is unknown', occurredAt: undefined, age: undefined },
  ])('says that the event is $age s old where $why', async ({ occurredAt: at, age }) => {
    const { recorded } = await cleanUp(
      cloud,
      cleanupRequest({ targets: [DR], ...(at && { occurredAt: at }) }),
    );
    expect(recorded.of('deleted')).toHaveLength(1);
    expect(recorded.of('deleted')[0]?.['ageSeconds']).toBe(age);
  });

  test('says what stays, and why', async () => {
    const { recorded } = await cleanUp(cloud, cleanupRequest({ targets: [DR] }), {
      rules: { mode: 'dry-run' },
    });
    expect(recorded.of('kept')).toMatchObject([
      { level: 'info', target: 'cn-east-3/acme-dr', reason: 'dry run' },
    ]);
  });

  test('says how many tasks were found and what became of them, and how long it took', async () => {
    const startedAt = Date.now();
    const { recorded } = await cleanUp(cloud, cleanupRequest());
    const most = Date.now() - startedAt;
    const [listed] = recorded.of('listed');
    expect(listed).toMatchObject({ level: 'info', namespace: 'acme', repository: 'payments/api', tasks: 2 });
    const [cleaned] = recorded.of('cleaned');
    expect(cleaned).toMatchObject({ level: 'info', deleted: 2, absent: 0, kept: 0, failed: 0 });
    for (const line of [listed, cleaned]) {
      expect(line?.['ms']).toBeGreaterThanOrEqual(0);
      expect(line?.['ms']).toBeLessThanOrEqual(most);
    }
  });
});

test('nothing is deleted of more tasks than a request may, and it says how many there are', async () => {
  const { outcomes } = await cleanUp(cloud, cleanupRequest(), { rules: { maxTasksPerRequest: 1 } });
  const message = 'Nothing was deleted: 2 tasks exceed safety.maxTasksPerRequest (1)';
  expect(outcomes).toMatchObject([{ target: DR }, { target: APAC }].map((each) => ({ ...each, message })));
  expect(changes()).toBe(0);
});
