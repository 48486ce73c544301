import { describe, expect, test } from '@jest/globals';
import { HOUR_MS } from '../support/clock.ts';
import { APAC, DR } from '../support/cloud.ts';
import { replaceMethods } from '../support/replace-methods.ts';
import { safety } from '../support/safety.ts';
import { type Differences, useSweeping } from '../support/sweeping.ts';

const sweeping = useSweeping();

const route = (owner: string, ...namespaces: string[]) => ({
  from: `github:${owner}/{repo}`,
  to: namespaces.map((namespace) => `${namespace}/{repo}`),
  account: 'main',
});
const routes = [route('acme', 'acme', 'copies'), route('beta', 'beta')];

/** The second of two sweeps, an hour apart. */
async function sweepTwice(differences: Differences = {}) {
  const { config, ...others } = differences;
  const context = sweeping.context({ config: { routes, ...config }, ...others });
  await sweeping.run('s1', context);
  expect(sweeping.requested).toEqual([]);
  sweeping.clock.now += HOUR_MS;
  return sweeping.run('s2', context);
}
const requested = () => sweeping.requested.map(({ namespace, repository }) => `${namespace}/${repository}`);

describe('a repository that is said to be gone', () => {
  test('keeps its tasks if the sweep saw no other private repository of its owner', async () => {
    sweeping.plant('acme', ['api', 'web']);
    sweeping.plant('beta', ['docs']);
    sweeping.forge.set('beta/docs', 200);
    const report = await sweepTwice();
    expect(report).toMatchObject({
      percent: 0,
      counts: { tasks: 3, found: 0, undecided: 2 },
      heldBack: 2,
      reasons: { 'source repository is gone': 0 },
    });
    expect(requested()).toEqual([]);
    expect(sweeping.recorded.of('sweep finished').at(-1)).toMatchObject({ found: 0, heldBack: 2 });
  });

  test.each([
    { why: 'on its page', namespace: 'acme' },
    { why: 'on a later page', namespace: 'copies' },
  ])('loses its tasks if the sweep saw another one $why', async ({ namespace }) => {
    sweeping.plant('acme', ['api']);
    sweeping.plant(namespace, ['web']);
    sweeping.forge.set('acme/web', 200);
    const report = await sweepTwice();
    expect(report).toMatchObject({ counts: { found: 1, undecided: 0 } });
    expect(report).not.toHaveProperty('heldBack');
    expect(requested()).toEqual(['acme/api']);
  });

  test('loses its tasks if the canary of its owner is visible', async () => {
    sweeping.plant('acme', ['api']);
    sweeping.plant('beta', ['docs']);
    sweeping.forge.set('acme/canary', 200);
    await expect(sweepTwice({ canary: 'acme/canary' })).resolves.toMatchObject({
      counts: { found: 1, undecided: 1 },
      heldBack: 1,
    });
    expect(requested()).toEqual(['acme/api']);
  });

  test('keeps its tasks if the canary is not visible, whatever else is', async () => {
    sweeping.plant('acme', ['api', 'web']);
    sweeping.forge.set('acme/web', 200);
    const report = await sweepTwice({ canary: 'acme/canary' });
    expect(report).toMatchObject({ counts: { found: 0, suspected: 0, undecided: 1 } });
    expect(report).not.toHaveProperty('heldBack');
    expect(requested()).toEqual([]);
  });

  test('was seen itself in the same sweep, which counts for nothing', async () => {
    sweeping.plant('acme', ['api']);
    sweeping.plant('copies', ['api']);
    const { checkExistence, ledger } = sweeping.context();
    let questions = 0;
    const report = await sweeping.run(
      's1',
      sweeping.context({
        config: { routes },
        ledger: replaceMethods(ledger, {
          suspect: () => Promise.resolve({ firstGoneAt: '2026-11-23T03:00:00.000Z', firstSweep: 's0' }),
        }),
        // It is gone for one page, and there for the other.
        checkExistence(source, name, ...others) {
          questions += 1;
          sweeping.forge.set(name, questions === 1 ? 200 : 404);
          return checkExistence(source, name, ...others);
        },
        concurrency: 1,
      }),
    );
    expect(report).toMatchObject({ counts: { tasks: 2, found: 0 }, heldBack: 1 });
    expect(requested()).toEqual([]);
  });

  test('loses the tasks that have another reason', async () => {
    sweeping.plant('acme', ['api'], [DR, APAC]);
    const context = sweeping.context({
      config: { routes, safety: safety({ allowedTargets: ['ap-southeast-1/*'] }) },
    });
    await sweeping.run('s1', context);
    sweeping.requested.splice(0);
    sweeping.clock.now += HOUR_MS;
    await expect(sweeping.run('s2', context)).resolves.toMatchObject({
      counts: { found: 1, undecided: 1 },
      heldBack: 1,
    });
    expect(sweeping.requested).toMatchObject([{ source: 'sweep', targets: [DR] }]);
  });

  test('loses its tasks without a canary if the source distinguishes missing rights from a missing repository', async () => {
    sweeping.plant('acme', ['api']);
    await expect(
      sweepTwice({
        config: {
          routes: [{ from: 'ecr:{repo}', to: 'acme/{repo}', account: 'main' }],
          events: { confirmEcr: true, allowedSources: [] },
        },
        checkExistence: () => Promise.resolve('gone'),
      }),
    ).resolves.toMatchObject({ counts: { found: 1 } });
  });

  test('keeps its tasks if only one of several source repositories is known to be gone', async () => {
    sweeping.plant('acme', ['api', 'web']);
    sweeping.forge.set('acme/web', 200);
    await expect(
      sweepTwice({ config: { routes: [route('acme', 'acme'), route('beta', 'acme')] } }),
    ).resolves.toMatchObject({ counts: { found: 0 }, heldBack: 1 });
    expect(requested()).toEqual([]);
  });
});
