import { beforeAll, describe, expect, test } from '@jest/globals';
import { Table } from '../../lib/aws/table.ts';
import { DynamoLedger } from '../../lib/ledger/cleanup-ledger.ts';
import { History, type LedgerEntry } from '../../lib/ledger/history.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { stopClock } from '../support/clock.ts';
import { APAC, DR } from '../support/cloud.ts';
import { useLedger } from '../support/ledger.ts';

const loopback = useLedger();
let history: History;

beforeAll(async () => {
  history = new History(new Table(loopback.table));
  await deleteAt('2026-11-22T23:59:59.999Z', 'one', 'payments/api', 'main');
  await deleteAt('2026-11-23T00:00:00.000Z', 'two', 'payments/api', 'main');
  await deleteAt('2026-11-24T12:00:00.000Z', 'three', 'payments/api-v2', 'main');
  await deleteAt('2026-11-24T13:00:00.000Z', 'four', 'web', 'main');
  await deleteAt('2026-11-24T14:00:00.000Z', 'five', 'web', 'other');
  // Of another kind, as a sweep leaves them.
  await new Table(loopback.table).put([
    { pk: 'sweep#1', sk: 'sweep', kind: 'sweep', day: '2026-11-24', at: '2026-11-24T12:30:00.000Z' },
  ]);
});

function ledgerAt(at: string): DynamoLedger {
  const table = new Table(loopback.table);
  return new DynamoLedger({ table, defaultAccount: 'main', retentionDays: 90, now: stopClock(at).read });
}

async function deleteAt(at: string, id: string, repository: string, account: string): Promise<void> {
  const ledger = ledgerAt(at);
  const request = cleanupRequest({ id, account, repository, source: 'github' });
  const intent = {
    repository,
    target: DR,
    task: { ...DR, createdAt: '2026-01-01T00:00:00Z', syncAuto: true },
  };
  await ledger.open(request);
  await ledger.intend(request, intent);
  await ledger.settle(request, intent, { outcome: 'deleted' });
}

async function idsOf(entries: AsyncIterable<LedgerEntry>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id, kind } of entries) if (kind === 'task') ids.push(id);
  return ids;
}

describe('what happened', () => {
  test('to a delivery: its request and every task', async () => {
    await expect(Array.fromAsync(history.ofDelivery('three'))).resolves.toMatchObject([
      {
        kind: 'request',
        id: 'three',
        account: 'main',
        namespace: 'acme',
        repository: 'payments/api-v2',
        seen: 1,
      },
      {
        kind: 'task',
        target: DR,
        outcome: 'deleted',
        at: '2026-11-24T12:00:00.000Z',
        settledAt: '2026-11-24T12:00:00.000Z',
        task: { syncAuto: true, createdAt: '2026-01-01T00:00:00Z' },
      },
    ]);
  });

  test.each([
    { why: 'that EventBridge shows', id: 'bus:shown', deliveryId: undefined, text: 'shown' },
    { why: 'of an invocation', id: 'invoke:shown-2', deliveryId: undefined, text: 'shown-2' },
    {
      why: 'that the sender gave',
      id: 'webhook:github:ab12',
      deliveryId: '72d3162e-cc78',
      text: '72d3162e-cc78',
    },
    { why: 'that is no well-formed text', id: 'sns:m1', deliveryId: 'half \uD800', text: 'half \uD800' },
  ])('to a delivery, by the id $why', async ({ id, deliveryId, text }) => {
    const request = cleanupRequest({
      id,
      namespace: 'shown',
      ...(deliveryId !== undefined && { deliveryId }),
    });
    const intent = { repository: 'payments/api', target: DR };
    const ledger = ledgerAt('2026-10-01T00:00:00.000Z');
    await ledger.open(request);
    await ledger.intend(request, intent);
    const label = deliveryId?.toWellFormed();
    const entries = ['request', 'task'].map((kind) => ({
      kind,
      id,
      ...(label !== undefined && { deliveryId: label }),
    }));
    for (const each of [text, id])
      await expect(Array.fromAsync(history.ofDelivery(each))).resolves.toMatchObject(entries);
  });

  test('to all deliveries to which a sender gave the same id', async () => {
    const ledger = ledgerAt('2026-10-01T00:00:00.000Z');
    for (const id of ['webhook:github:1', 'webhook:github:2', 'webhook:github:2'])
      await ledger.open(cleanupRequest({ id, deliveryId: 'twice' }));
    const found = await Array.fromAsync(history.ofDelivery('twice'));
    expect(found.map(({ id }) => id)).toEqual(['webhook:github:1', 'webhook:github:2']);
  });

  test('to a delivery is not changed by a label that is its id', async () => {
    const ledger = ledgerAt('2026-10-01T00:00:00.000Z');
    const victim = cleanupRequest({ id: 'webhook:github:victim' });
    await ledger.open(victim);
    await ledger.open(cleanupRequest({ id: 'webhook:other:x', deliveryId: victim.id, repository: 'web' }));
    await expect(Array.fromAsync(loopback.items(`delivery#${victim.id}`))).resolves.toHaveLength(1);
  });

  test.each([
    {
      why: 'a repository, and none whose name begins like it',
      repository: 'payments/api',
      ids: ['two', 'one'],
    },
    { why: 'a whole organization', repository: undefined, ids: ['four', 'three', 'two', 'one'] },
    { why: 'a repository that was never heard of', repository: 'nothing', ids: [] },
  ])('to $why, the latest first', async ({ repository, ids }) => {
    const subject = { account: 'main', namespace: 'acme', ...(repository && { repository }) };
    await expect(idsOf(history.ofRepository(subject))).resolves.toEqual(ids);
  });

  test('to a repository of another account', async () => {
    const subject = { account: 'other', namespace: 'acme', repository: 'web' };
    await expect(idsOf(history.ofRepository(subject))).resolves.toEqual(['five']);
  });

  test.each([
    {
      why: 'the bounds are in it',
      from: '2026-11-22T23:59:59.999Z',
      to: '2026-11-24T12:00:00.000Z',
      ids: ['one', 'two', 'three'],
    },
    {
      why: 'it is within a day',
      from: '2026-11-24T12:00:00.001Z',
      to: '2026-11-24T13:59:59.999Z',
      ids: ['four'],
    },
    { why: 'nothing happened', from: '2026-11-25T00:00:00.000Z', to: '2026-11-26T00:00:00.000Z', ids: [] },
    {
      why: 'it ends before it begins',
      from: '2026-11-26T00:00:00.000Z',
      to: '2026-11-22T00:00:00.000Z',
      ids: [],
    },
  ])('in a period, the earliest first: $why', async ({ from, to, ids }) => {
    await expect(idsOf(history.ofPeriod({ from, to }))).resolves.toEqual(ids);
  });

  test('to a repository in a period', async () => {
    const period = { from: '2026-11-23T00:00:00.000Z', to: '2026-11-25T00:00:00.000Z' };
    const repository = { account: 'main', namespace: 'acme', repository: 'payments/api' };
    await expect(idsOf(history.ofRepository(repository, period))).resolves.toEqual(['two']);
    const organization = { account: 'main', namespace: 'acme' };
    await expect(idsOf(history.ofRepository(organization, period))).resolves.toEqual([
      'four',
      'three',
      'two',
    ]);
    const untilThree = { ...period, to: '2026-11-24T12:00:00.000Z' };
    await expect(idsOf(history.ofRepository(organization, untilThree))).resolves.toEqual(['three', 'two']);
  });
});

test('a task that is there again is marked', async () => {
  const entries = await Array.fromAsync(history.ofDelivery('four'));
  const task = entries.find((entry) => entry.kind === 'task');
  if (task === undefined) throw new Error('there is no such entry');
  await history.markRestored(task, '2026-11-25T00:00:00.000Z', 'arn:aws:iam::123456789012:user/alice');
  const after = await Array.fromAsync(history.ofDelivery('four'));
  expect(after.find(({ kind }) => kind === 'task')).toMatchObject({ restoredAt: '2026-11-25T00:00:00.000Z' });
});

test('a task that SWR did not show has none, and one that failed says why', async () => {
  const request = cleanupRequest({ id: 'six', namespace: 'elsewhere' });
  const intent = { repository: 'web', target: APAC };
  // At a time of its own: the others look at periods.
  const ledger = ledgerAt('2026-11-01T00:00:00.000Z');
  await ledger.intend(request, intent);
  const failure = { code: 'SVCSTG.SWR.4030170', message: 'no permission', retryable: false };
  await ledger.settle(request, intent, { outcome: 'failed', ...failure });
  const [entry] = await Array.fromAsync(history.ofDelivery('six'));
  expect(entry).toMatchObject({ outcome: 'failed', message: 'no permission', target: APAC });
  expect(entry).not.toHaveProperty('task');
});

test('more than a page of entries is read to its end', async () => {
  const filler = 'x'.repeat(30_000);
  const items = Array.from({ length: 80 }, (_, index) => ({
    pk: 'delivery#many',
    sk: `request#${String(index).padStart(3, '0')}`,
    kind: 'request',
    id: 'many',
    account: 'main',
    namespace: 'acme',
    at: '2026-11-24T00:00:00.000Z',
    seen: 1,
    noted: JSON.stringify([filler]),
  }));
  await new Table(loopback.table).put(items);
  await expect(Array.fromAsync(history.ofDelivery('many'))).resolves.toHaveLength(80);
});

test('says where the ledger can not be read', async () => {
  const nowhere = new History(new Table('no-such-table'));
  await expect(Array.fromAsync(nowhere.ofDelivery('x'))).rejects.toThrow(
    /^the ledger can not be read: dynamodb Query: 400/,
  );
});
