import { describe, expect, test } from '@jest/globals';
import type { SweepContext, SweepStep } from '../../lib/sweep/step.ts';
import { takeSweepStep } from '../../lib/sweep/take-step.ts';
import { acmeAccount } from '../support/acme-config.ts';
import { APAC, DR } from '../support/cloud.ts';
import { allowing, noHurry } from '../support/deadline.ts';
import { replaceMethods } from '../support/replace-methods.ts';
import { follow, numbered, type Sweeping, useSweeping } from '../support/sweeping.ts';

const sweeping = useSweeping();
const withTargets: Sweeping['contextWithTargets'] = (...differences) =>
  sweeping.contextWithTargets(...differences);

/** Takes the steps like a queue that delivers each so many times. */
async function takeAll(first: SweepStep, context: SweepContext, deliveries: number): Promise<number> {
  const queue = [first];
  let taken = 0;
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    const next: SweepStep[] = [];
    for (let delivery = 0; delivery < deliveries; delivery += 1)
      next.push(...(await takeSweepStep(step, noHurry, context)));
    queue.push(...new Map(next.map((each) => [JSON.stringify(each), each])).values());
    taken += 1;
  }
  return taken;
}

const start = (id: string): SweepStep => ({
  step: 'start',
  sweep: id,
  startedAt: new Date(sweeping.clock.now).toISOString(),
});

describe('taken again', () => {
  test('every step may come twice, and the sweep is the same', async () => {
    sweeping.plant('acme', numbered(21), [DR, APAC]);
    for (const repository of numbered(101).slice(21)) sweeping.cloud.cloud.addRepository('acme', repository);
    sweeping.plant('other', ['docs']);
    const context = withTargets({}, { pageSize: 20 });
    await takeAll(start('s1'), context, 2);
    expect((await context.ledger.find('s1'))?.report).toMatchObject({
      state: 'applied',
      organizations: 3,
      counts: { repositories: 102, tasks: 43, found: 22 },
    });
    expect(sweeping.announced).toHaveLength(1);
    expect(new Set(sweeping.requested.map(({ id }) => id)).size).toBe(22);
    expect(sweeping.cloud.journal.of('listSyncTasks')).toHaveLength(102);
  });

  test('a step that comes after the end does nothing', async () => {
    sweeping.plant('acme', ['api']);
    const context = withTargets();
    await sweeping.run('s1', context);
    const place = { account: 'main', namespace: 'acme', offset: 0 };
    for (const step of [
      { step: 'scan', sweep: 's1', ...place },
      { step: 'finish', sweep: 's1' },
      { step: 'apply', sweep: 's1' },
    ] as const)
      await expect(takeSweepStep(step, noHurry, context)).resolves.toEqual([]);
    expect(sweeping.requested).toHaveLength(1);
    expect(sweeping.announced).toHaveLength(1);
  });

  test('a step of an unknown sweep does nothing, and is logged', async () => {
    const step = { step: 'finish', sweep: 'unknown' } as const;
    await expect(takeSweepStep(step, noHurry, sweeping.context())).resolves.toEqual([]);
    expect(sweeping.recorded.of('sweep unknown')).toMatchObject([{ level: 'warn', sweep: 'unknown' }]);
  });

  test('a sweep killed after any write ends in the same state', async () => {
    sweeping.plant('acme', ['api', 'web'], [DR, APAC]);
    sweeping.plant('other', ['docs']);
    const context = withTargets();
    let write = 0;
    let wasKilled = true;
    while (wasKilled) {
      write += 1;
      const id = `s${write}`;
      wasKilled = await sweeping.run(id, dyingAfter(write, context)).then(
        () => false,
        () => true,
      );
      const before = sweeping.announced.length;
      await sweeping.run(id, context);
      expect((await context.ledger.find(id))?.report).toMatchObject({
        state: 'applied',
        organizations: 3,
        counts: { repositories: 3, tasks: 5, found: 3, unchecked: 2 },
      });
      expect(new Set(sweeping.requested.splice(0).map(({ repository }) => repository)).size).toBe(3);
      expect(sweeping.announced.length - before).toBeLessThanOrEqual(1);
    }
    // Each of twelve writes was the last one of a process once.
    expect(write).toBe(13);
  });

  test('interrupted within a page, it goes on with the next repository', async () => {
    sweeping.plant('acme', numbered(60));
    const context = withTargets({}, { concurrency: 4 });
    const { report, progress } = await follow('s1', context, sweeping.clock, allowing(30));
    expect(report).toBeUndefined();
    expect(progress.at(-1)?.counts.repositories).toBeLessThan(60);
    await expect(sweeping.run('s1', context)).resolves.toMatchObject({
      counts: { repositories: 60, found: 60 },
    });
    expect(sweeping.cloud.journal.of('listSyncTasks')).toHaveLength(60);
  });

  test('with another id after it was killed, it ends as the first would have', async () => {
    sweeping.plant('acme', numbered(20));
    const context = withTargets();
    await follow('s1', context, sweeping.clock, allowing(9));
    await expect(sweeping.run('s2', context)).resolves.toMatchObject({ counts: { found: 20 } });
  });
});

describe('a failure', () => {
  test('to list the organizations of one account ends it before it begins', async () => {
    sweeping.plant('acme', ['api']);
    sweeping.far.fault('listNamespaces', { status: 403 });
    await expect(sweeping.run('s1', withTargets())).rejects.toMatchObject({ failure: { status: 403 } });
    sweeping.far.clearFaults();
    await expect(sweeping.run('s1', withTargets())).resolves.toMatchObject({ organizations: 2 });
  });

  test.each([
    { why: 'secret', code: 'SECRET_UNUSABLE', differences: { credentials: 'env:TOKEN' } },
    { why: 'endpoint', code: 'ENDPOINT_UNUSABLE', differences: { swrEndpoint: 'env:NO_SUCH_ENDPOINT' } },
  ])(
    'of one account whose $why is unusable leaves it out, and the others are swept',
    async ({ code, differences }) => {
      sweeping.plant('acme', ['api']);
      const { config } = withTargets();
      const accounts = { ...config.accounts, broken: acmeAccount(sweeping.cloud.url, differences) };
      const context = sweeping.context({ config: { accounts, sweep: config.sweep } });
      await expect(sweeping.run('s1', context)).resolves.toMatchObject({
        organizations: 2,
        counts: { found: 1 },
      });
      expect(sweeping.recorded.of('account not swept')).toMatchObject([
        { level: 'error', account: 'broken', code },
      ]);
      expect(sweeping.recorded.of('unusable')).toMatchObject([{ of: 'account broken' }]);
    },
  );

  test('of every account, as their secrets are unusable, ends it', async () => {
    const accounts = { main: acmeAccount(sweeping.cloud.url, { credentials: 'env:TOKEN' }) };
    await expect(sweeping.run('s1', sweeping.context({ config: { accounts } }))).rejects.toMatchObject({
      failure: { code: 'SECRET_UNUSABLE' },
    });
  });

  test('of one page leaves the rest where it was', async () => {
    sweeping.plant('acme', ['api']);
    sweeping.plant('other', ['docs']);
    sweeping.cloud.fault('listSyncTasks', { status: 400 }, { nth: 2 });
    await expect(sweeping.run('s1', withTargets())).rejects.toMatchObject({ failure: { status: 400 } });
    await expect(sweeping.run('s1', withTargets())).resolves.toMatchObject({ counts: { found: 2 } });
    expect(sweeping.cloud.journal.of('listSyncTasks')).toHaveLength(3);
  });

  test('to tell the report is tried again, before anything is deleted', async () => {
    sweeping.plant('acme', ['api']);
    const publish = () => Promise.reject(new Error('no bus'));
    await expect(sweeping.run('s1', withTargets({}, { publish }))).rejects.toThrow('no bus');
    expect(sweeping.requested).toEqual([]);
    await sweeping.run('s1', withTargets());
    expect(sweeping.announced).toHaveLength(1);
    expect(sweeping.requested).toHaveLength(1);
  });

  test('to ask for the cleanup is tried again', async () => {
    sweeping.plant('acme', ['api']);
    const request = () => Promise.reject(new Error('no queue'));
    await expect(sweeping.run('s1', withTargets({}, { request }))).rejects.toThrow('no queue');
    await sweeping.run('s1', withTargets());
    expect(sweeping.requested).toHaveLength(1);
  });
});

test('what was decided is not applied where the mode has changed since then', async () => {
  sweeping.plant('acme', ['api']);
  const request = () => Promise.reject(new Error('no queue'));
  await expect(sweeping.run('s1', withTargets({}, { request }))).rejects.toThrow('no queue');
  await sweeping.run('s1', withTargets({ mode: 'dry-run' }));
  expect(sweeping.requested).toEqual([]);
  expect(sweeping.recorded.of('sweep not applied')).toMatchObject([
    { reason: 'sweep.mode is dry-run by now' },
  ]);
});

describe('a message that asks to apply a sweep by itself deletes nothing', () => {
  const apply = { step: 'apply', sweep: 's1' } as const;

  test.each([
    { why: 'was a dry run', sweep: { mode: 'dry-run' } as const, state: 'dry run' },
    { why: 'found too much', sweep: { maxPercent: 5 }, state: 'rejected' },
  ])('where that $why', async ({ sweep, state }) => {
    sweeping.plant('acme', ['api']);
    await expect(sweeping.run('s1', withTargets(sweep))).resolves.toMatchObject({ state });
    // Whatever is configured by now: what counts is what was decided then.
    await expect(takeSweepStep(apply, noHurry, withTargets())).resolves.toEqual([]);
    expect(sweeping.requested).toEqual([]);
  });

  test('where it has not come to its end', async () => {
    sweeping.plant('acme', ['api']);
    const context = withTargets();
    const [scan] = await takeSweepStep(start('s1'), noHurry, context);
    if (scan !== undefined) await takeSweepStep(scan, noHurry, context);
    await expect(takeSweepStep(apply, noHurry, context)).resolves.toEqual([]);
    expect(sweeping.requested).toEqual([]);
  });
});

/** Context of a process that is killed right after its n-th write. */
function dyingAfter(writes: number, context: SweepContext): SweepContext {
  let left = writes;
  const dying =
    <A extends unknown[], R>(write: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const result = await write(...args);
      left -= 1;
      if (left === 0) throw new Error('killed');
      return result;
    };
  const { ledger } = context;
  return {
    ...context,
    ledger: replaceMethods(ledger, {
      begin: dying(ledger.begin.bind(ledger)),
      addOrganizations: dying(ledger.addOrganizations.bind(ledger)),
      finishOrganization: dying(ledger.finishOrganization.bind(ledger)),
      addPage: dying(ledger.addPage.bind(ledger)),
      finish: dying(ledger.finish.bind(ledger)),
      mark: dying(ledger.mark.bind(ledger)),
    }),
    request: dying(context.request),
  };
}
