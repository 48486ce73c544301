import { beforeAll, describe, expect, test } from '@jest/globals';
import { Table } from '../../lib/aws/table.ts';
import type { Ending, Intent } from '../../lib/cleanup/ledger.ts';
import { TOO_MANY_TASKS } from '../../lib/cleanup/outcome.ts';
import { DynamoLedger } from '../../lib/ledger/cleanup-ledger.ts';
import { History, type LedgerEntry } from '../../lib/ledger/history.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { MINUTE_MS, stopClock } from '../support/clock.ts';
import { APAC, DR } from '../support/cloud.ts';
import { useLedger } from '../support/ledger.ts';

const CREATED_AT = '2026-03-02T08:15:27.53183Z';
const REPOSITORY = 'payments/api';

const clock = stopClock();
const loopback = useLedger(clock.read);
let ledger: DynamoLedger;
beforeAll(() => {
  ({ ledger } = loopback);
});

let lastId = 0;
const nextRequest = (differences = {}) => {
  lastId += 1;
  return cleanupRequest({ id: `delivery-${lastId}`, source: 'github', ...differences });
};
const intent: Intent = {
  repository: REPOSITORY,
  target: DR,
  task: { ...DR, createdAt: CREATED_AT, syncAuto: true, override: true },
};
const refused = (code: string, retryable = false): Ending => ({
  outcome: 'failed',
  code,
  message: 'no luck',
  retryable,
});
const failed = (retryable: boolean) => refused('SVCSTG.SWR.5000000', retryable);

async function entriesOf(id: string): Promise<LedgerEntry[]> {
  return Array.fromAsync(new History(new Table(loopback.table)).ofDelivery(id));
}

describe('a request', () => {
  test.each([
    {
      why: 'it comes again with a later time',
      first: '2026-11-24T01:00:00Z',
      second: '2026-11-24T02:00:00Z',
      counts: '2026-11-24T01:00:00Z',
    },
    {
      why: 'the later one came first',
      first: '2026-11-24T02:00:00Z',
      second: '2026-11-24T01:00:00Z',
      counts: '2026-11-24T01:00:00Z',
    },
    {
      why: 'they differ by a microsecond',
      first: '2026-11-24T01:00:00.000001Z',
      second: '2026-11-24T01:00:00.000002Z',
      counts: '2026-11-24T01:00:00.000001Z',
    },
    {
      why: 'it has no time when it comes again',
      first: '2026-11-24T01:00:00Z',
      second: undefined,
      counts: '2026-11-24T01:00:00Z',
    },
    {
      why: 'it never had a time: when it was first seen',
      first: undefined,
      second: undefined,
      counts: '2026-11-24T03:00:00.000Z',
    },
    {
      why: 'it had none at first, and says a time after it was first seen',
      first: undefined,
      second: '2026-11-24T09:00:00Z',
      counts: '2026-11-24T03:00:00.000Z',
    },
  ])('keeps its first time where $why', async ({ first, second, counts }) => {
    const request = nextRequest(first === undefined ? {} : { occurredAt: first });
    await expect(ledger.open(request)).resolves.toEqual({ repeated: false, request });
    const { occurredAt: _, ...bare } = request;
    const again = second === undefined ? bare : { ...bare, occurredAt: second };
    await expect(ledger.open(again)).resolves.toEqual({
      repeated: true,
      request: { ...bare, occurredAt: counts },
    });
  });

  test.each([
    { why: 'another id', differences: { id: 'another' } },
    { why: 'another source, which may choose its ids', differences: { source: 'gitlab' } },
    { why: 'another repository of the same delivery', differences: { repository: 'payments/worker' } },
    { why: 'another account', differences: { account: 'other' } },
    { why: 'the whole organization', differences: { repository: undefined } },
  ])('is not the same with $why', async ({ differences }) => {
    const request = nextRequest();
    await ledger.open(request);
    const { repository, ...other } = { ...request, ...differences };
    const opened = await ledger.open(repository === undefined ? other : { ...other, repository });
    expect(opened.repeated).toBe(false);
  });

  test('is the same where it names the default account and where it names none', async () => {
    const request = nextRequest();
    await ledger.open(request);
    await expect(ledger.open({ ...request, account: 'main' })).resolves.toMatchObject({ repeated: true });
  });

  test('has not happened after it came, whatever it says the first time', async () => {
    const request = nextRequest({ occurredAt: '2099-01-01T00:00:00Z' });
    for (const repeated of [false, true]) {
      await expect(ledger.open(request)).resolves.toEqual({
        repeated,
        request: { ...request, occurredAt: '2026-11-24T03:00:00.000Z' },
      });
    }
  });

  test.each([
    { why: 'in any writing', id: '界'.repeat(256), source: '界'.repeat(256) },
    { why: 'of the widest characters', id: '🙂'.repeat(128), source: `x${'🙂'.repeat(600)}` },
  ])('can have the longest names $why', async ({ id, source }) => {
    const request = nextRequest({ id, source });
    await ledger.open(request);
    await expect(ledger.open(request)).resolves.toMatchObject({ repeated: true });
    const [item] = await Array.fromAsync(loopback.items(`delivery#${id}`));
    expect(String(item?.['sk']).isWellFormed()).toBe(true);
  });

  test('is opened once by two workers at the same time', async () => {
    const request = nextRequest();
    const opened = await Promise.all([ledger.open(request), ledger.open(request)]);
    expect(opened.filter(({ repeated }) => repeated)).toHaveLength(1);
  });

  test('shows what it came to', async () => {
    const request = nextRequest({ occurredAt: '2026-11-24T01:00:00Z' });
    await ledger.open(request);
    await ledger.close(request, [
      { outcome: 'deleted', target: DR },
      { outcome: 'kept', target: APAC, reason: 'newer than the event' },
    ]);
    await expect(entriesOf(request.id)).resolves.toMatchObject([
      {
        kind: 'request',
        at: '2026-11-24T03:00:00.000Z',
        occurredAt: '2026-11-24T01:00:00Z',
        repository: REPOSITORY,
        closedAt: '2026-11-24T03:00:00.000Z',
        counts: { deleted: 1, kept: 1 },
        noted: [{ outcome: 'kept', target: APAC, reason: 'newer than the event' }],
      },
    ]);
  });
});

test('what stayed and what failed is noted, without the tasks, and a hundred of them at the most', async () => {
  const request = nextRequest();
  const { task } = intent;
  const notDeleted = { ...failed(false), target: DR };
  await ledger.open(request);
  await ledger.close(request, [
    { outcome: 'deleted', target: DR, ...(task && { task }) },
    { outcome: 'absent', target: DR },
    { outcome: 'kept', target: APAC, reason: 'dry run', ...(task && { task }) },
    notDeleted,
  ]);
  await expect(entriesOf(request.id)).resolves.toMatchObject([
    {
      counts: { deleted: 1, absent: 1, kept: 1, failed: 1 },
      noted: [{ outcome: 'kept', target: APAC, reason: 'dry run' }, notDeleted],
    },
  ]);
  const [entry] = await entriesOf(request.id);
  expect(JSON.stringify(entry)).not.toContain(CREATED_AT);

  await ledger.close(
    request,
    Array.from({ length: 101 }, () => notDeleted),
  );
  const [after] = await entriesOf(request.id);
  expect(after).toMatchObject({ counts: { failed: 101 } });
  expect(after?.kind === 'request' && after.noted).toHaveLength(100);
});

describe('a deletion', () => {
  test.each([
    { why: 'there was nothing to delete', ending: { outcome: 'absent' } },
    { why: 'it was rejected', ending: failed(false) },
  ] satisfies { why: string; ending: Ending }[])('is begun anew where $why', async ({ ending }) => {
    const request = nextRequest();
    await ledger.intend(request, intent);
    await ledger.settle(request, intent, ending);
    await expect(ledger.intend(request, intent)).resolves.toEqual({ repeated: false });
    await expect(entriesOf(request.id)).resolves.toMatchObject([{ outcome: 'intended' }]);
  });

  test('can be of a task whose time of creation is any text', async () => {
    const request = nextRequest();
    const odd = { ...intent, task: { ...DR, createdAt: '界'.repeat(500) } };
    await ledger.intend(request, odd);
    // A time that is none is not read again.
    await expect(ledger.unsettled(request, REPOSITORY)).resolves.toEqual([{ ...intent, task: DR }]);
  });

  test('is on the record with the task as it was, before it is tried', async () => {
    const request = nextRequest();
    await expect(ledger.intend(request, intent)).resolves.toEqual({ repeated: false });
    const { task } = intent;
    await expect(entriesOf(request.id)).resolves.toMatchObject([{ kind: 'task', outcome: 'intended', task }]);
  });

  test.each([
    { why: 'deleted', endings: [{ outcome: 'deleted' }], outcome: 'deleted', unsettled: 0 },
    { why: 'gone already', endings: [{ outcome: 'absent' }], outcome: 'absent', unsettled: 0 },
    { why: 'rejected', endings: [failed(false)], outcome: 'failed', unsettled: 1 },
    { why: 'its result is unknown', endings: [failed(true)], outcome: 'intended', unsettled: 1 },
    {
      why: 'deleted by one worker, and gone for the other',
      endings: [{ outcome: 'deleted' }, { outcome: 'absent' }],
      outcome: 'deleted',
      unsettled: 0,
    },
    {
      why: 'gone for one worker, because the other had deleted it',
      endings: [{ outcome: 'absent' }, { outcome: 'deleted' }],
      outcome: 'deleted',
      unsettled: 0,
    },
    {
      why: 'rejected, and deleted in a later attempt',
      endings: [failed(false), { outcome: 'deleted' }],
      outcome: 'deleted',
      unsettled: 0,
    },
    {
      why: 'deleted, and throttled for the other worker',
      endings: [{ outcome: 'deleted' }, failed(true)],
      outcome: 'deleted',
      unsettled: 0,
    },
  ] satisfies { why: string; endings: Ending[]; outcome: string; unsettled: number }[])(
    'is recorded as $outcome where it was $why',
    async ({ endings, outcome, unsettled }) => {
      const request = nextRequest();
      await ledger.intend(request, intent);
      for (const ending of endings) await ledger.settle(request, intent, ending);
      await expect(entriesOf(request.id)).resolves.toMatchObject([{ outcome }]);
      await expect(ledger.unsettled(request, REPOSITORY)).resolves.toHaveLength(unsettled);
    },
  );

  test('keeps the first record of the task when it is tried again', async () => {
    const request = nextRequest();
    await ledger.intend(request, intent);
    clock.now += MINUTE_MS;
    const changed = { ...intent, task: { ...DR, createdAt: CREATED_AT, syncAuto: false } };
    await expect(ledger.intend(request, changed)).resolves.toEqual({ repeated: true });
    clock.now -= MINUTE_MS;
    await expect(entriesOf(request.id)).resolves.toMatchObject([
      { at: '2026-11-24T03:00:00.000Z', task: intent.task },
    ]);
  });

  test('stays deleted when it is tried again', async () => {
    const request = nextRequest();
    await ledger.intend(request, intent);
    await ledger.settle(request, intent, { outcome: 'deleted' });
    await expect(ledger.intend(request, intent)).resolves.toEqual({ repeated: false });
    await expect(entriesOf(request.id)).resolves.toMatchObject([{ outcome: 'deleted' }]);
  });

  test('of a task that was made anew is another one', async () => {
    const request = nextRequest();
    await ledger.intend(request, intent);
    const { target, repository } = intent;
    await ledger.intend(request, { target, repository, task: { ...DR, createdAt: '2026-11-01T00:00:00Z' } });
    await ledger.intend(request, { target, repository });
    await expect(entriesOf(request.id)).resolves.toHaveLength(3);
  });

  test('is found among those of its repository only', async () => {
    const request = nextRequest({ repository: undefined });
    await ledger.intend(request, intent);
    await ledger.intend(request, { ...intent, repository: 'payments/api-v2' });
    await expect(ledger.unsettled(request, REPOSITORY)).resolves.toEqual([intent]);
  });

  test.each([
    { why: 'it is under way', endings: [], begun: 1 },
    { why: 'it was carried out', endings: [{ outcome: 'deleted' }], begun: 1 },
    { why: 'its result is unknown', endings: [failed(true)], begun: 1 },
    { why: 'it was rejected', endings: [failed(false)], begun: 0 },
    { why: 'there was nothing to delete', endings: [{ outcome: 'absent' }], begun: 0 },
    {
      why: "it was abandoned because of another worker's deletions",
      endings: [refused(TOO_MANY_TASKS)],
      begun: 1,
    },
  ] satisfies { why: string; endings: Ending[]; begun: number }[])(
    'counts toward the limit of its delivery as $begun where $why',
    async ({ endings, begun }) => {
      const request = nextRequest();
      await ledger.intend(request, intent);
      for (const ending of endings) await ledger.settle(request, intent, ending);
      const other = { ...request, account: 'other', namespace: 'other', source: 'gitlab' };
      await ledger.intend(other, intent);
      const counted = [...(begun === 0 ? [] : [request]), other];
      await expect(ledger.started(request)).resolves.toEqual(
        counted.map((each) => ledger.keyOf(each, intent)),
      );
    },
  );

  test('is the same task while repository, target and time of creation are', () => {
    const request = nextRequest();
    const { repository, target, task } = intent;
    const same = { ...intent, task: { ...DR, createdAt: CREATED_AT, override: false } };
    expect(ledger.keyOf(request, same)).toBe(ledger.keyOf(request, intent));
    expect(ledger.keyOf(request, { repository, target, task: DR })).toBe(
      ledger.keyOf(request, { repository, target }),
    );
    const all = [
      intent,
      { repository, target },
      { ...intent, task: { ...DR, createdAt: '2026-03-02T08:15:27.53184Z' } },
      { ...intent, target: APAC },
      { ...intent, repository: 'payments' },
    ].map((each) => ledger.keyOf(request, each));
    const elsewhere = [{ account: 'other' }, { namespace: 'other' }].map((differences) =>
      ledger.keyOf({ ...request, ...differences }, { repository, target, ...(task && { task }) }),
    );
    expect(new Set([...all, ...elsewhere]).size).toBe(all.length + elsewhere.length);
  });

  test('is not found by another source that has chosen the same id', async () => {
    const request = nextRequest();
    await ledger.intend(request, intent);
    await expect(ledger.unsettled({ ...request, source: 'gitlab' }, REPOSITORY)).resolves.toEqual([]);
  });
});

test('is forgotten after the retention', async () => {
  const short = new DynamoLedger({
    table: new Table(loopback.table),
    defaultAccount: 'main',
    retentionDays: 3,
    now: clock.read,
  });
  const request = nextRequest();
  await short.open(request);
  const expiresAt = Math.floor(Date.parse('2026-11-27T03:00:00Z') / 1000);
  const [item] = await Array.fromAsync(loopback.items(`delivery#${request.id}`));
  expect(item).toMatchObject({ expiresAt });
});

test('says what is wrong with it, and that another try is due', async () => {
  const nowhere = new DynamoLedger({
    table: new Table('no-such-table'),
    defaultAccount: 'main',
    retentionDays: 90,
  });
  const failure = { code: 'LEDGER_UNAVAILABLE', retryable: true, status: 400 };
  const request = nextRequest();
  await expect(nowhere.open(request)).rejects.toMatchObject({ failure });
  await expect(nowhere.unsettled(request, REPOSITORY)).rejects.toMatchObject({ failure });
  await expect(nowhere.intend(request, intent)).rejects.toThrow(/the ledger can not be written: dynamodb/);
  await expect(nowhere.settle(request, intent, { outcome: 'deleted' })).rejects.toMatchObject({ failure });
  await expect(nowhere.close(request, [])).rejects.toMatchObject({ failure });
});
