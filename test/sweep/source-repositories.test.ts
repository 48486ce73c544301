import { beforeEach, expect, test } from '@jest/globals';
import type { SourceRepository } from '../../lib/cleanup/confirm-gone.ts';
import type { SourceState } from '../../lib/sweep/judge-task.ts';
import { SourceRepositories } from '../../lib/sweep/source-repositories.ts';
import { HOUR_MS, MINUTE_MS } from '../support/clock.ts';
import { noHurry } from '../support/deadline.ts';
import { replaceMethods } from '../support/replace-methods.ts';
import { type Differences, startSweeping } from '../support/sweeping.ts';
import { useOnce } from '../support/use.ts';

const sweeping = useOnce(startSweeping);

const ORGANIZATION = { account: 'main', namespace: 'acme' };
let start: number;
let origin: SourceRepository & { repository: string };
let lastRepository = 0;
beforeEach(() => {
  start = sweeping.clock.now;
  lastRepository += 1;
  origin = { source: 'github', repository: `acme/${lastRepository}` };
  sweeping.recorded.clear();
});

function sourcesOf(sweepId: string, differences: Differences = {}): SourceRepositories {
  const sweep = { id: sweepId, startedAt: '2026-11-24T03:00:00.000Z' };
  return new SourceRepositories(sweeping.context(differences), sweep, ORGANIZATION, noHurry);
}

/** State of the repository in a sweep, some minutes after the start of the test. */
async function hear(sweepId: string, minute: number, status: number): Promise<SourceState> {
  sweeping.clock.now = start + minute * MINUTE_MS;
  sweeping.forge.set(origin.repository, status);
  return sourcesOf(sweepId).stateOf('api', origin);
}

test.each([
  { why: 'it was heard once', heard: [['a', 0, 404]], state: 'suspected' },
  {
    why: 'two sweeps have heard it an hour apart',
    heard: [
      ['a', 0, 404],
      ['b', 60, 404],
    ],
    state: 'gone',
  },
  {
    why: 'they are less than an hour apart',
    heard: [
      ['a', 0, 404],
      ['b', 59, 404],
    ],
    state: 'suspected',
  },
  {
    why: 'the third is an hour after the first',
    heard: [
      ['a', 0, 404],
      ['b', 30, 404],
      ['c', 60, 404],
    ],
    state: 'gone',
  },
  {
    why: 'it is the same sweep, which was tried again',
    heard: [
      ['a', 0, 404],
      ['a', 90, 404],
    ],
    state: 'suspected',
  },
  {
    why: 'it was there in between: a new beginning',
    heard: [
      ['a', 0, 404],
      ['b', 30, 200],
      ['c', 60, 404],
    ],
    state: 'suspected',
  },
  {
    why: 'it was unknown in between',
    heard: [
      ['a', 0, 404],
      ['b', 30, 503],
      ['c', 60, 404],
    ],
    state: 'gone',
  },
  {
    why: 'it is there again',
    heard: [
      ['a', 0, 404],
      ['b', 60, 200],
    ],
    state: 'exists',
  },
  {
    why: 'it is unknown now',
    heard: [
      ['a', 0, 404],
      ['b', 60, 403],
    ],
    state: 'unknown',
  },
] satisfies { why: string; heard: [string, number, number][]; state: SourceState }[])(
  'a repository is $state where $why',
  async ({ heard, state }) => {
    const states: SourceState[] = [];
    for (const [sweep, minute, status] of heard) states.push(await hear(sweep, minute, status));
    expect(states.at(-1)).toBe(state);
  },
);

test('what one repository of SWR was suspected for is not held against another', async () => {
  await hear('a', 0, 404);
  sweeping.clock.now = start + HOUR_MS;
  const sources = sourcesOf('b');
  await expect(sources.stateOf('web', origin)).resolves.toBe('suspected');
  await expect(sources.stateOf('api', origin)).resolves.toBe('gone');
});

test('a source is asked once about a repository, however many want to know', async () => {
  const before = sweeping.asked().length;
  const sources = sourcesOf('a');
  const states = await Promise.all(['api', 'web', 'api'].map((each) => sources.stateOf(each, origin)));
  expect(states).toEqual(['suspected', 'suspected', 'suspected']);
  expect(sweeping.asked().slice(before)).toEqual([origin.repository]);
});

test('a repository that is there costs no more than the question', async () => {
  sweeping.forge.set(origin.repository, 200);
  let removed = 0;
  const ledger = replaceMethods(sweeping.context().ledger, {
    clearSuspicion: () => Promise.resolve(void (removed += 1)),
  });
  const sources = sourcesOf('a', { ledger });
  await expect(sources.stateOf('api', origin)).resolves.toBe('exists');
  expect(removed).toBe(0);
});

test('a route that does not tell from where is not known', async () => {
  const before = sweeping.asked().length;
  await expect(sourcesOf('a').stateOf('api', { source: 'github' })).resolves.toBe('unknown');
  expect(sweeping.asked()).toHaveLength(before);
});

test('a source without an API is not known, and no news', async () => {
  const sources = sourcesOf('a');
  await expect(sources.stateOf('api', { ...origin, source: 'gitlab' })).resolves.toBe('unknown');
  expect(sweeping.recorded.of('source not checked')).toMatchObject([
    { level: 'debug', source: 'gitlab', code: 'SOURCE_API_MISSING' },
  ]);
});

test("a source that can't be checked is logged once", async () => {
  const sources = sourcesOf('a', { checkExistence: () => Promise.reject(new Error('no credentials')) });
  for (const repository of ['acme/one', 'acme/two'])
    await expect(sources.stateOf('api', { source: 'github', repository })).resolves.toBe('unknown');
  expect(sweeping.recorded.of('source not checked')).toMatchObject([
    { level: 'warn', source: 'github', message: 'no credentials' },
  ]);
});

test.each([
  { confirmEcr: false, why: 'it is not configured', questions: 0, state: 'unknown' },
  { confirmEcr: true, why: 'events.confirmEcr says that it knows', questions: 1, state: 'suspected' },
])('Amazon ECR is checked $questions times, as $why', async ({ confirmEcr, questions, state }) => {
  const asked: string[] = [];
  const sources = sourcesOf('a', {
    config: { events: { confirmEcr, allowedSources: [] } },
    checkExistence(source, repository) {
      asked.push(`${source}:${repository}`);
      return Promise.resolve('gone');
    },
  });
  await expect(sources.stateOf('api', { ...origin, source: 'ecr' })).resolves.toBe(state);
  expect(asked).toHaveLength(questions);
});

test('what can not be written down is a failure of the step', async () => {
  const ledger = replaceMethods(sweeping.context().ledger, {
    suspect: () => Promise.reject(new Error('no ledger')),
  });
  const sources = sourcesOf('a', { ledger });
  await expect(sources.stateOf('api', origin)).rejects.toThrow('no ledger');
});
