import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Item } from '../../lib/aws/item.ts';
import type { Change } from '../../lib/aws/table.ts';
import type { Config } from '../../lib/config/config.ts';
import { ServiceError } from '../../lib/failure.ts';
import { History, type LedgerEntry } from '../../lib/ledger/history.ts';
import { useCleaning } from '../support/cleaning.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { APAC, DR } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { MemoryTable } from '../support/memory-table.ts';
import { safety } from '../support/safety.ts';

const EVENT = '2026-11-24T03:00:00.000Z';
const LATER = '2026-11-24T05:00:00.000Z';

/** A change that the table doesn't write. */
let fails: (change: Change) => boolean = () => false;

class UnreliableTable extends MemoryTable {
  override async update(change: Change, returns?: 'now' | 'before'): Promise<Item | undefined> {
    if (!fails(change)) return super.update(change, returns);
    throw new ServiceError({ code: 'LEDGER_UNAVAILABLE', message: 'asked for', retryable: true });
  }
}

const table = new UnreliableTable();
const cleaning = useCleaning();
const workOff = (config: Partial<Config> = {}) => cleaning.workOff(cleaning.context({ table, config }));

let repositories = 0;
let repository: string;
beforeEach(() => {
  repositories += 1;
  repository = `app-${repositories}`;
  addTasks('2026-03-02T08:15:27.53183Z');
});
afterEach(() => {
  fails = () => false;
});

function addTasks(createdAt: string): void {
  cleaning.cloud.cloud.addRepository('acme', repository);
  for (const target of [DR, APAC]) {
    cleaning.cloud.cloud.addTask({ namespace: 'acme', repository, ...target, syncAuto: true, createdAt });
  }
}

const request = (differences = {}) =>
  cleanupRequest({
    id: `queue:${repository}`,
    source: 'github',
    repository,
    occurredAt: EVENT,
    ...differences,
  });
const tasks = () => cleaning.cloud.cloud.tasks('acme', repository);
const history = () => Array.fromAsync(new History(table).ofDelivery(repository));
const outcomesIn = (entries: readonly LedgerEntry[]) =>
  entries.flatMap((entry) => (entry.kind === 'task' ? [entry.outcome] : []));

/** Puts the message back whose visibility timeout is over. */
function bringBack(): void {
  const [back] = cleaning.sqs.hidden();
  cleaning.sqs.empty();
  cleaning.sqs.put(back?.body);
}

test('every deletion is on the record, with the task as it was', async () => {
  cleaning.sqs.put(request());
  await workOff();
  expect(tasks()).toEqual([]);
  const task = { syncAuto: true, createdAt: '2026-03-02T08:15:27.53183Z' };
  await expect(history()).resolves.toMatchObject([
    { kind: 'request', seen: 1, counts: { deleted: 2 } },
    { kind: 'task', target: APAC, outcome: 'deleted', task },
    { kind: 'task', target: DR, outcome: 'deleted', task },
  ]);
});

test('a dry run writes down what it kept, and no deletion', async () => {
  cleaning.sqs.put(request());
  await workOff({ safety: safety({ mode: 'dry-run' }) });
  await expect(history()).resolves.toMatchObject([{ kind: 'request', counts: { kept: 2 } }]);
});

test('a deletion whose result could not be recorded is recorded in the next attempt', async () => {
  fails = ({ set }) => set?.['settledAt'] !== undefined;
  cleaning.sqs.put(request());
  await workOff();
  expect(tasks()).toEqual([]);
  expect(outcomesIn(await history())).toEqual(['intended', 'intended']);

  fails = () => false;
  bringBack();
  await workOff();
  expect(cleaning.sqs.hidden()).toEqual([]);
  expect(outcomesIn(await history())).toEqual(['deleted', 'deleted']);
  expect(cleaning.recorded.of('deleted')).toHaveLength(2);
});

test('a deletion whose answer was lost counts in the next attempt', async () => {
  cleaning.cloud.fault('deleteSyncTask', { reset: 'headers', afterwards: true }, { times: Infinity });
  cleaning.sqs.put(request());
  await workOff();
  expect(tasks()).toEqual([]);
  cleaning.cloud.clearFaults();
  bringBack();
  await workOff();
  expect(outcomesIn(await history())).toEqual(['deleted', 'deleted']);
});

test.each([
  { why: 'it is gone', second: undefined, outcomes: ['deleted'] },
  { why: 'it is rejected', second: { status: 403, code: 'SVCSTG.SWR.4030170' }, outcomes: ['deleted'] },
])(
  'a deletion on a connection that breaks is sent anew, and counts as ours when $why then',
  async ({ second, outcomes }) => {
    const context = cleaning.context({ table });
    // One call at a time, so that the deletion goes over the connection that the list has left.
    cleaning.cloud.fault('deleteSyncTask', { reset: 'headers', afterwards: true });
    if (second !== undefined) cleaning.cloud.fault('deleteSyncTask', second, { nth: 2 });
    cleaning.sqs.put(request({ targets: [DR] }));
    await cleaning.workOff(context);
    if (cleaning.sqs.hidden().length > 0) {
      bringBack();
      await cleaning.workOff(context);
    }
    expect(outcomesIn(await history())).toEqual(outcomes);
    expect(cleaning.sqs.deadLettered()).toEqual([]);
  },
);

test('all tries of a delivery together delete no more tasks than a request may', async () => {
  const limited = { safety: safety({ maxTasksPerRequest: 1 }) };
  cleaning.sqs.put(request({ targets: [DR] }));
  await workOff(limited);
  cleaning.sqs.put(request({ targets: [APAC] }));
  await workOff(limited);
  expect(tasks()).toMatchObject([APAC]);
  expect(cleaning.sqs.deadLettered()).toMatchObject([{ attributes: { code: 'TOO_MANY_TASKS' } }]);
});

test('a task that SWR does not list is recorded without it, and deleted once', async () => {
  const hidden = { ...DR, remoteNamespace: 'manual' };
  cleaning.cloud.cloud.addTask({ namespace: 'acme', repository, ...hidden, hidden: true });
  cleaning.cloud.fault('deleteSyncTask', { status: 502, body: '', afterwards: true });
  cleaning.sqs.put(request({ targets: [hidden] }));
  await workOff();
  bringBack();
  await workOff();
  expect(outcomesIn(await history())).toEqual(['deleted']);
  expect(tasks()).toHaveLength(2);
});

describe('a task that SWR does not list, and may not be deleted,', () => {
  const hidden = { ...DR, remoteNamespace: 'manual' };
  const forbidden = { status: 403, code: 'SVCSTG.SWR.4030170' };
  beforeEach(() => {
    cleaning.cloud.cloud.addTask({ namespace: 'acme', repository, ...hidden, hidden: true });
    cleaning.sqs.put(request({ targets: [hidden] }));
  });

  test('has failed in the first attempt', async () => {
    cleaning.cloud.fault('deleteSyncTask', forbidden);
    await workOff();
    expect(outcomesIn(await history())).toEqual(['failed']);
    expect(cleaning.sqs.deadLettered()).toHaveLength(1);
  });

  test('may have been deleted by an earlier try that got no answer', async () => {
    cleaning.cloud.fault('deleteSyncTask', { status: 502, body: '' });
    await workOff();
    bringBack();
    cleaning.cloud.fault('deleteSyncTask', forbidden);
    await workOff();
    expect(outcomesIn(await history())).toEqual(['intended']);
    expect(cleaning.sqs.deadLettered()).toHaveLength(1);
  });
});

test('a task that is listed, and may not be deleted in a later try, has failed', async () => {
  cleaning.cloud.fault('deleteSyncTask', { status: 502, body: '' });
  cleaning.sqs.put(request({ targets: [DR] }));
  await workOff();
  bringBack();
  cleaning.cloud.fault('deleteSyncTask', { status: 403, code: 'SVCSTG.SWR.4030170' });
  await workOff();
  expect(outcomesIn(await history())).toEqual(['failed']);
});

test('what fails before anything is deleted is a warning with the id of the request and the account', async () => {
  fails = ({ add }) => add?.['seen'] !== undefined;
  cleaning.sqs.put(request());
  await workOff();
  expect(cleaning.recorded.of('requested')).toMatchObject([
    {
      level: 'debug',
      id: `queue:${repository}`,
      account: 'main',
      source: 'github',
      namespace: 'acme',
      repository,
      occurredAt: EVENT,
    },
  ]);
  expect(cleaning.recorded.of('failed')).toMatchObject([
    { level: 'warn', id: `queue:${repository}`, account: 'main', code: 'LEDGER_UNAVAILABLE' },
  ]);
});

test('only what was noted may be lost: what stayed, and why', async () => {
  fails = ({ set }) => set?.['closedAt'] !== undefined;
  cleaning.sqs.put(request());
  await expect(workOff()).resolves.toEqual({ batchItemFailures: [] });
  expect(cleaning.recorded.of('not closed')[0]).toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  expect(outcomesIn(await history())).toEqual(['deleted', 'deleted']);
});

test('a delivery that is repeated keeps its first time, so a repository made anew keeps its tasks', async () => {
  cleaning.sqs.put(request());
  await workOff();
  addTasks('2026-11-24T04:00:00Z');
  cleaning.sqs.put(request({ occurredAt: LATER }));
  await workOff();
  expect(tasks()).toHaveLength(2);
  expect(cleaning.recorded.of('kept').map(({ reason }) => reason)).toEqual([
    'newer than the event',
    'newer than the event',
  ]);
});

test('a new delivery deletes the tasks that were made anew', async () => {
  cleaning.sqs.put(request());
  await workOff();
  addTasks('2026-11-24T04:00:00Z');
  cleaning.sqs.put(request({ id: `${repository}-again`, occurredAt: LATER }));
  await workOff();
  expect(tasks()).toEqual([]);
});

test('an earlier deletion is settled although its target has a new task since then', async () => {
  cleaning.cloud.fault('deleteSyncTask', { reset: 'headers', afterwards: true }, { times: Infinity });
  cleaning.sqs.put(request());
  await workOff();
  cleaning.cloud.clearFaults();
  addTasks('2026-11-24T04:00:00Z');
  bringBack();
  await workOff();
  expect(outcomesIn(await history())).toEqual(['deleted', 'deleted']);
  expect(tasks()).toHaveLength(2);
});

test('two workers with the same message delete every task once and agree in the ledger', async () => {
  const [one, other] = [cleaning.context({ table }), cleaning.context({ table })];
  const results = await Promise.all([
    one.cleaner.clean(request(), noHurry),
    other.cleaner.clean(request(), noHurry),
  ]);
  expect(tasks()).toEqual([]);
  expect(results.flatMap(({ outcomes }) => outcomes).filter(({ outcome }) => outcome === 'failed')).toEqual(
    [],
  );
  expect(outcomesIn(await history())).toEqual(['deleted', 'deleted']);
});
