import { describe, expect, test } from '@jest/globals';
import type { SweepContext } from '../../lib/sweep/step.ts';
import { HOUR_MS } from '../support/clock.ts';
import { APAC, DR } from '../support/cloud.ts';
import { safety } from '../support/safety.ts';
import { follow, numbered, type Sweeping, useSweeping } from '../support/sweeping.ts';

const sweeping = useSweeping();
const withTargets: Sweeping['contextWithTargets'] = (...differences) =>
  sweeping.contextWithTargets(...differences);

describe('a sweep', () => {
  test('finds what is to go in every organization, and asks for its cleanup', async () => {
    sweeping.plant('acme', ['api', 'web'], [DR, APAC]);
    sweeping.plant('other', ['docs']);
    const report = await sweeping.run('s1', withTargets());
    expect(report).toEqual({
      id: 's1',
      startedAt: '2026-11-24T03:00:00.000Z',
      finishedAt: '2026-11-24T03:00:00.000Z',
      state: 'applied',
      mode: 'apply',
      maxPercent: 100,
      percent: 60,
      organizations: 3,
      counts: {
        repositories: 3,
        denied: 0,
        unread: 0,
        tasks: 5,
        found: 3,
        suspected: 0,
        undecided: 0,
        unchecked: 2,
      },
      reasons: {
        'target organization is gone': 3,
        'source repository is gone': 0,
        'target is not allowed': 0,
      },
    });
    expect(sweeping.requested).toMatchObject([
      { source: 'sweep', account: 'main', namespace: 'acme', repository: 'api', targets: [DR] },
      { repository: 'web' },
      { namespace: 'other', repository: 'docs' },
    ]);
    expect(sweeping.cloud.cloud.tasks()).toHaveLength(5);
  });

  test('reports its result in the log and on the bus', async () => {
    sweeping.plant('acme', ['api']);
    const report = await sweeping.run('s1', withTargets());
    expect(sweeping.announced).toEqual([report]);
    expect(sweeping.recorded.of('sweep started')).toMatchObject([{ level: 'info', organizations: 2 }]);
    expect(sweeping.recorded.of('sweep applied')).toHaveLength(1);
    expect(sweeping.recorded.of('sweep finished')).toMatchObject([
      { level: 'info', state: 'applied', tasks: 1, found: 1, unread: 0, percent: 100, organizations: 2 },
    ]);
  });

  test('of clouds without an organization comes to an end too', async () => {
    sweeping.far.cloud.removeOrganization('somebody');
    await expect(sweeping.run('s1')).resolves.toMatchObject({
      state: 'applied',
      organizations: 0,
      percent: 0,
      counts: { tasks: 0 },
    });
    expect(sweeping.requested).toEqual([]);
  });

  test('in a dry run says what it would do', async () => {
    sweeping.plant('acme', ['api']);
    await expect(sweeping.run('s1', withTargets({ mode: 'dry-run' }))).resolves.toMatchObject({
      state: 'dry run',
      counts: { found: 1 },
    });
    expect(sweeping.requested).toEqual([]);
  });

  test.each([
    { why: 'it is exactly what it may delete', maxPercent: 5, state: 'applied' },
    { why: 'it is more than it may delete', maxPercent: 4.9, state: 'rejected' },
    { why: 'it may delete nothing', maxPercent: 0, state: 'rejected' },
  ] as const)('that finds one task of twenty is $state, as $why', async ({ maxPercent, state }) => {
    sweeping.plant('acme', ['api'], [DR]);
    sweeping.plant('acme', numbered(19), [APAC]);
    await expect(sweeping.run('s1', withTargets({ maxPercent }))).resolves.toMatchObject({
      state,
      percent: 5,
    });
    expect(sweeping.requested).toHaveLength(state === 'applied' ? 1 : 0);
  });

  test('that is rejected raises an alarm, in a dry run too', async () => {
    sweeping.plant('acme', ['api']);
    const context = withTargets({ mode: 'dry-run', maxPercent: 5 });
    await expect(sweeping.run('s1', context)).resolves.toMatchObject({ state: 'rejected' });
    expect(sweeping.recorded.of('sweep rejected')).toMatchObject([
      {
        level: 'error',
        message: 'Found 1 of 1 tasks to delete, more than sweep.maxPercent (5): nothing was deleted',
      },
    ]);
    // What the metric that has the alarm is made of.
    expect(sweeping.recorded.of('sweep finished')).toMatchObject([{ state: 'rejected' }]);
    expect(sweeping.announced).toMatchObject([{ state: 'rejected' }]);
  });

  test('believes a source that says for an hour that its repository is gone', async () => {
    sweeping.plant('acme', ['api', 'web']);
    sweeping.forge.set('acme/web', 200);
    const routes = [{ from: 'github:acme/{repo}', to: 'acme/{repo}', account: 'main' }];
    const context = sweeping.context({ config: { routes } });
    await expect(sweeping.run('s1', context)).resolves.toMatchObject({ counts: { found: 0, suspected: 1 } });
    sweeping.clock.now += HOUR_MS;
    await expect(sweeping.run('s2', context)).resolves.toMatchObject({
      counts: { found: 1, suspected: 0 },
      reasons: { 'source repository is gone': 1 },
    });
    expect(sweeping.requested).toMatchObject([
      {
        source: 'github',
        sourceRepository: 'acme/api',
        occurredAt: '2026-11-24T04:00:00.000Z',
        targets: [DR],
      },
    ]);
  });

  test('takes a repository once with the tasks for each reason', async () => {
    sweeping.plant('acme', ['api'], [DR, APAC]);
    const routes = [{ from: 'github:acme/{repo}', to: 'acme/{repo}', account: 'main' }];
    sweeping.forge.set('acme/canary', 200);
    const context = sweeping.context({
      config: { routes, safety: safety({ allowedTargets: ['ap-southeast-1/*'] }) },
      canary: 'acme/canary',
    });
    await sweeping.run('s1', context);
    sweeping.clock.now += HOUR_MS;
    await expect(sweeping.run('s2', context)).resolves.toMatchObject({
      counts: { found: 2 },
      reasons: { 'source repository is gone': 2, 'target is not allowed': 1 },
    });
    expect(sweeping.requested.slice(1)).toMatchObject([
      { source: 'sweep', targets: [DR] },
      { source: 'github', targets: [APAC] },
    ]);
  });
});

test('of many organizations no more is asked at a time than of one', async () => {
  const namespaces = Array.from({ length: 8 }, (_, index) => `acme-${index}`);
  for (const namespace of namespaces) sweeping.plant(namespace, numbered(6));
  const { accounts } = sweeping.context();
  const seen = { underWay: 0, most: 0 };
  const swr = accounts.clientOf('main');
  const counting = async <T>(call: Promise<T>): Promise<T> => {
    seen.underWay += 1;
    seen.most = Math.max(seen.most, seen.underWay);
    return call.finally(() => {
      seen.underWay -= 1;
    });
  };
  const counted: SweepContext['accounts'] = {
    names: ['main'],
    clientOf: () => ({
      listOrganizations: (...args) => counting(swr.listOrganizations(...args)),
      listRepositories: (...args) => counting(swr.listRepositories(...args)),
      listSyncTasks: (...args) => counting(swr.listSyncTasks(...args)),
    }),
  };
  await expect(
    sweeping.run('s1', sweeping.context({ accounts: counted, concurrency: 5 })),
  ).resolves.toMatchObject({ counts: { repositories: 48 } });
  expect(seen.most).toBe(5);
});

describe('25 repositories in pages of ten', () => {
  test('are three pages, and their findings several requests', async () => {
    sweeping.plant('acme', numbered(25).slice(0, 15));
    sweeping.plant('acme', numbered(25).slice(15), [APAC]);
    const { report, progress } = await follow('s1', withTargets({}, { pageSize: 10 }), sweeping.clock);
    expect(report).toMatchObject({ counts: { repositories: 25, tasks: 25, found: 15 } });
    const offsets = sweeping.cloud.journal.of('listRepositories').map(({ path }) => path.split('=').pop());
    // Each step reads the list whole: a page, and then the last name of the one before, to an empty page.
    const whole = ['0', '10', '9', '20', '19', '25', '24'];
    expect(offsets).toEqual([...whole, ...whole, ...whole]);
    expect(sweeping.cloud.journal.of('listSyncTasks')).toHaveLength(25);
    expect(progress.map(({ counts }) => counts.repositories)).toEqual(expect.arrayContaining([10, 20, 25]));
    expect(progress.at(-1)).toMatchObject({ organizations: { done: 2, all: 2 } });
    expect(new Set(sweeping.requested.map(({ repository }) => repository)).size).toBe(15);
    expect(sweeping.requested).toHaveLength(15);
  });
});
