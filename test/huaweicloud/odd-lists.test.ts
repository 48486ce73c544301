import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Emulator, Seed } from '../../local/huaweicloud/emulator.ts';
import { expectFailure } from '../support/caught.ts';
import { cleanUp } from '../support/cleanup.ts';
import { DR } from '../support/cloud.ts';
import { numbered, type Sweeping, startSweeping } from '../support/sweeping.ts';

let sweeping: Sweeping;
let cloud: Emulator;
/** Of one test. */
let namespace = '';
let lastNamespace = 0;
beforeEach(() => {
  lastNamespace += 1;
  namespace = `acme-${lastNamespace}`;
});
beforeAll(async () => {
  sweeping = await startSweeping();
  cloud = sweeping.cloud;
});
afterEach(() => {
  cloud.clearFaults();
  cloud.cloud.listing = {};
  cloud.cloud.removeOrganization(namespace);
  cloud.journal.clear();
});
afterAll(() => sweeping.close());

interface Row {
  readonly why: string;
  readonly count: number;
  readonly listing?: Seed['listing'];
  /** Done before the n-th page is given. */
  readonly meanwhile?: { readonly page: number; readonly change: () => void };
}

const remove = (name: string) => cloud.cloud.removeRepository(namespace, name);
const add = (name: string) => cloud.cloud.addRepository(namespace, name);
const first = 'repository-0000';

const whole: readonly Row[] = [
  { why: 'one at once', count: 5, listing: { repositories: 1 } },
  { why: 'one at once and no total', count: 5, listing: { repositories: 1, totals: 'none' } },
  { why: '10 at once', count: 12, listing: { repositories: 10 } },
  { why: '10 at once and no total', count: 12, listing: { repositories: 10, totals: 'none' } },
  { why: '10 at once, which are all', count: 10, listing: { repositories: 10, totals: 'none' } },
  { why: '99 at once', count: 100, listing: { repositories: 99 } },
  { why: '100 at once', count: 101, listing: { repositories: 100 } },
  { why: '100 at once and no total', count: 101, listing: { repositories: 100, totals: 'none' } },
  { why: 'the length of the page as total', count: 12, listing: { repositories: 10, totals: 'page' } },
  { why: 'too small a total', count: 12, listing: { repositories: 4, totals: 6 } },
  { why: 'the first page as total', count: 12, listing: { repositories: 10, totals: 10 } },
  { why: 'a total of 0', count: 12, listing: { repositories: 10, totals: 0 } },
  ...(['none', 'page', undefined] as const).flatMap((totals): Row[] => {
    const listing = { repositories: 5, ...(totals && { totals }) };
    const kind = `totals: ${totals ?? 'true'}`;
    const losing = (name: string) => ({ page: 2, change: () => remove(name) });
    const replacing = {
      page: 4,
      change: () => {
        remove(first);
        add('z-new');
      },
    };
    return [
      { why: `a list that loses its first one, ${kind}`, count: 12, listing, meanwhile: losing(first) },
      { why: `a list that loses one before its end, ${kind}`, count: 6, listing, meanwhile: losing(first) },
      { why: `a list that loses one and gets another, ${kind}`, count: 12, listing, meanwhile: replacing },
      {
        why: `a list that loses the last one that was read, ${kind}`,
        count: 12,
        listing,
        meanwhile: losing('repository-0004'),
      },
    ];
  }),
];

const broken: readonly Row[] = [
  { why: 'too large a total', count: 12, listing: { repositories: 10, totals: 14 } },
  { why: 'the same page for ever', count: 12, listing: { repositories: 10, ignoreOffset: true } },
  { why: 'the same page for ever, which is all', count: 6, listing: { ignoreOffset: true, totals: 'none' } },
  { why: 'one entry for ever', count: 3, listing: { repositories: 1, ignoreOffset: true, totals: 'none' } },
  { why: 'one too few', count: 12, listing: { repositories: 10, lose: 7, totals: 'none' } },
  { why: 'one too few at the end of a page', count: 12, listing: { repositories: 10, lose: 9 } },
  { why: 'one too few at the end', count: 12, listing: { repositories: 10, lose: 11 } },
  { why: 'one twice', count: 12, listing: { repositories: 10, repeat: 7, totals: 'none' } },
  { why: 'one twice at the end', count: 6, listing: { repeat: 5, totals: 'none' } },
];

/** Repositories of which SWR lists only as the row says. Every fourth has a task, and so has the last one. */
function plant({ count, listing = {}, meanwhile }: Row): string[] {
  const names = numbered(count);
  for (const name of names) add(name);
  sweeping.plant(
    namespace,
    names.filter((_, index) => index % 4 === 0 || index === count - 1),
  );
  cloud.cloud.listing = listing;
  let pages = 0;
  cloud.faultWhere((operation) => {
    if (operation === 'listRepositories') pages += 1;
    if (operation === 'listRepositories' && pages === meanwhile?.page) meanwhile.change();
    return undefined;
  });
  return names;
}

const clean = () =>
  cleanUp(cloud, { version: 1, id: 'odd', namespace }, { rules: { maxTasksPerRequest: 999 } });

/** Number of lists of tasks for each repository. */
function listsOf(names: readonly string[]): number[] {
  const listed = Map.groupBy(cloud.journal.of('listSyncTasks'), ({ repository = '' }) => repository);
  return names.map((name) => listed.get(name)?.length ?? 0);
}

describe('of a server that gives', () => {
  test.each(whole)('$why, an organization of $count keeps no task', async (row) => {
    const names = plant(row);
    const { outcomes, rest } = await clean();
    expect(rest).toBeUndefined();
    expect(outcomes.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(listsOf(names)).toEqual(names.map(() => 1));
    expect(cloud.cloud.tasks(namespace)).toEqual([]);
  });

  test.each(broken)('$why, an organization of $count fails transiently', async (row) => {
    plant(row);
    const { outcomes, rest, recorded } = await clean();
    const failure = { code: 'LIST_CHANGED', retryable: true };
    expect(outcomes.filter(({ outcome }) => outcome === 'failed')).toMatchObject([failure]);
    expect(rest).toBeUndefined();
    expect(recorded.of('failed')).toMatchObject([{ namespace, ...failure }]);
    expect(cloud.journal.of('deleteSyncTask').length).toBeGreaterThan(0);
  });

  test.each(whole)('$why, a sweep sees all $count', async (row) => {
    const names = plant(row);
    const report = await sweeping.run(`whole ${row.why}`);
    expect(report?.counts.unread).toBe(0);
    expect(listsOf(names)).toEqual(names.map(() => 1));
  });

  test.each(broken)('$why, a sweep of $count fails transiently', async (row) => {
    plant(row);
    const failure = { code: 'LIST_CHANGED', retryable: true };
    await expectFailure(sweeping.run(`broken ${row.why}`), failure);
    expect(cloud.journal.of('listRepositories').length).toBeLessThan(100);
  });
});

describe('an invalid name among valid ones', () => {
  const rename = {
    'repository-0001': 'core$db',
    'repository-0003': '..',
    'repository-0005': 'x#y',
    'repository-0007': `\u202egpj\n${'x'.repeat(5000)}`,
  };
  const row: Row = { why: '', count: 9, listing: { repositories: 4, rename } };
  const valid = numbered(9).filter((_, index) => index % 2 === 0);
  const shown = ['core$db', '..', 'x#y', expect.stringMatching(/^\\u\{202e\}gpj\\nx{145}…$/)];
  const message = expect.stringMatching(/^"[\x20-\x7e…]{2,220}" is not an SWR repository/);

  test('fails alone where an organization is gone, and is never called', async () => {
    plant(row);
    const { outcomes, recorded } = await cleanUp(
      cloud,
      { version: 1, id: 'odd', namespace },
      { rules: { deny: [`${namespace}/core/**`] } },
    );
    const failures = shown.map((repository) => ({
      repository,
      code: 'INVALID_NAME',
      message,
      retryable: false,
    }));
    expect(outcomes.filter(({ outcome }) => outcome === 'failed')).toMatchObject(failures);
    expect(recorded.of('failed')).toMatchObject(failures);
    expect(outcomes.filter(({ outcome }) => outcome === 'deleted')).toHaveLength(3);
    expect(cloud.journal.of('unknown')).toEqual([]);
    expect(listsOf(valid)).toEqual(valid.map(() => 1));
    expect(cloud.journal.of('listSyncTasks')).toHaveLength(5);
  });

  test('is unread in a sweep, and is never called', async () => {
    plant(row);
    sweeping.recorded.clear();
    const report = await sweeping.run('invalid');
    expect(report?.counts).toMatchObject({ repositories: 9, unread: 4, tasks: 3 });
    expect(sweeping.recorded.of('unread')).toMatchObject(
      shown.map((repository) => ({ level: 'warn', repository, code: 'INVALID_NAME', message })),
    );
    expect(cloud.journal.of('unknown')).toEqual([]);
    expect(listsOf(valid)).toEqual(valid.map(() => 1));
  });

  test('of an organization is not swept', async () => {
    plant({ why: '', count: 1 });
    const names = [namespace, 'a/../b', 'x#y'].map((name) => ({ name }));
    cloud.fault('listNamespaces', { body: JSON.stringify({ namespaces: names }) });
    sweeping.recorded.clear();
    await expect(sweeping.run('organizations')).resolves.toMatchObject({ counts: { repositories: 1 } });
    expect(sweeping.recorded.of('unread')).toMatchObject([
      { level: 'warn', account: 'main', namespace: 'a/../b', code: 'INVALID_NAME' },
      { level: 'warn', account: 'main', namespace: 'x#y', code: 'INVALID_NAME' },
    ]);
  });
});

describe('a task with an invalid target', () => {
  const row = { ...DR, createdAt: '2026-03-02T08:15:27.53183Z' };
  const bodyOf = (differences: object) => JSON.stringify([row, { ...row, ...differences }]);
  const invalid = [
    { why: 'an organization', differences: { remoteNamespace: 'acme#1' } },
    { why: 'a region', differences: { remoteRegionId: 'cn/east' } },
  ];

  test.each(invalid)('fails alone where its repository is gone: $why', async ({ differences }) => {
    plant({ why: '', count: 1 });
    cloud.fault('listSyncTasks', { body: bodyOf(differences) });
    const { outcomes } = await cleanUp(cloud, { version: 1, id: 'odd', namespace, repository: first });
    expect(outcomes).toMatchObject([
      { outcome: 'deleted', target: DR },
      {
        outcome: 'failed',
        code: 'INVALID_NAME',
        message: expect.stringContaining(`1 of 2 tasks of ${namespace}/${first} have an invalid target`),
        retryable: false,
      },
    ]);
    expect(cloud.journal.of('deleteSyncTask')).toHaveLength(1);
  });

  test.each(invalid)('is unread in a sweep: $why', async ({ why, differences }) => {
    plant({ why: '', count: 1 });
    cloud.fault('listSyncTasks', { body: bodyOf(differences) });
    sweeping.recorded.clear();
    const report = await sweeping.run(`target ${why}`);
    expect(report?.counts).toMatchObject({ repositories: 1, unread: 1, tasks: 1 });
    expect(sweeping.recorded.of('unread')).toMatchObject([{ repository: first, code: 'INVALID_NAME' }]);
  });

  test('can have an invalid time, which counts as unknown', async () => {
    plant({ why: '', count: 1 });
    cloud.fault('listSyncTasks', { body: JSON.stringify([{ ...row, createdAt: '2026#03' }]) });
    const { outcomes } = await cleanUp(cloud, {
      version: 1,
      id: 'odd',
      namespace,
      repository: first,
      occurredAt: '2026-11-24T03:00:00Z',
    });
    expect(outcomes).toMatchObject([{ outcome: 'failed', code: 'TASK_AGE_UNKNOWN' }]);
  });
});
