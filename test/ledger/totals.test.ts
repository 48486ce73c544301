import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Table } from '../../lib/aws/table.ts';
import type { Ending, Intent } from '../../lib/cleanup/ledger.ts';
import type { Outcome } from '../../lib/cleanup/outcome.ts';
import type { CleanupRequest } from '../../lib/cleanup/request.ts';
import type { DynamoLedger } from '../../lib/ledger/cleanup-ledger.ts';
import { History } from '../../lib/ledger/history.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { useLedger } from '../support/ledger.ts';
import { MemoryTable, memoryLedger } from '../support/memory-table.ts';
import { testSlowProperty } from '../support/properties.ts';

/** Outcome of one target in an attempt; `cut off`: the attempt ended between the deletion and its record. */
type Result = 'deleted' | 'absent' | 'kept' | 'rejected' | 'throttled' | 'over the limit' | 'cut off';
type Attempt = Readonly<Record<string, Result>>;

const memoryTable = new MemoryTable();
const loopback = useLedger();
function ledgerIn(kind: 'memory' | 'DynamoDB'): { ledger: DynamoLedger; history: History } {
  if (kind === 'memory') return { ledger: memoryLedger(memoryTable), history: new History(memoryTable) };
  return { ledger: loopback.ledger, history: new History(new Table(loopback.table)) };
}

let lastId = 0;
const nextRequest = (differences = {}): CleanupRequest => {
  lastId += 1;
  return cleanupRequest({ id: `totals-${lastId}`, source: 'github', repository: 'api', ...differences });
};

const targetOf = (name: string) => ({ remoteRegionId: 'cn-east-3', remoteNamespace: name });
const intentOf = (name: string, repository = 'api', createdAt = '2026-01-01T00:00:00Z'): Intent => ({
  repository,
  target: targetOf(name),
  task: { ...targetOf(name), createdAt, syncAuto: true },
});
const failed = (code: string, retryable: boolean) => ({
  outcome: 'failed' as const,
  code,
  message: 'no luck',
  retryable,
});
const ENDINGS = {
  deleted: { outcome: 'deleted' },
  absent: { outcome: 'absent' },
  rejected: failed('SVCSTG.SWR.4030170', false),
  throttled: failed('SVCSTG.SWR.4290000', true),
} as const satisfies Partial<Record<Result, Ending>>;
const isEnding = (result: Result): result is keyof typeof ENDINGS => Object.hasOwn(ENDINGS, result);

/** Works off a request once, as `clean` does. */
async function attempt(ledger: DynamoLedger, request: CleanupRequest, results: Attempt): Promise<void> {
  await ledger.open(request);
  const outcomes: Outcome[] = [];
  let isCutOff = false;
  for (const [name, result] of Object.entries(results)) {
    const target = targetOf(name);
    if (result === 'kept') outcomes.push({ outcome: 'kept', reason: 'denied', target });
    if (result === 'over the limit') outcomes.push({ ...failed('TOO_MANY_TASKS', false), target });
    if (result === 'kept' || result === 'over the limit') continue;
    await ledger.intend(request, intentOf(name));
    const ending = isEnding(result) ? ENDINGS[result] : undefined;
    isCutOff ||= ending === undefined;
    if (ending === undefined) continue;
    await ledger.settle(request, intentOf(name), ending);
    outcomes.push({ ...ending, target });
  }
  if (!isCutOff) await ledger.close(request, outcomes);
}

async function countsOf(history: History, { id }: CleanupRequest): Promise<Record<string, number>> {
  for await (const entry of history.ofDelivery(id))
    if (entry.kind === 'request') return (await history.sumUp(entry)).counts;
  throw new Error(`no request ${id}`);
}

describe.each(['memory', 'DynamoDB'] as const)('the counts of a request, in %s,', (kind) => {
  const totals = async (attempts: readonly Attempt[], request = nextRequest()) => {
    const { ledger, history } = ledgerIn(kind);
    for (const each of attempts) await attempt(ledger, request, each);
    return countsOf(history, request);
  };

  test.each<{ why: string; attempts: Attempt[]; counts: Record<string, number> }>([
    {
      why: 'are those of its only attempt',
      attempts: [{ dr: 'deleted', apac: 'kept', emea: 'throttled' }],
      counts: { deleted: 1, kept: 1, failed: 1 },
    },
    {
      why: 'stay after a redelivery that finds nothing',
      attempts: [{ dr: 'deleted', apac: 'deleted' }, {}],
      counts: { deleted: 2 },
    },
    {
      why: 'add what was retried',
      attempts: [{ dr: 'deleted', apac: 'throttled' }, { apac: 'deleted' }],
      counts: { deleted: 2 },
    },
    {
      why: 'have a repeated DELETE once',
      attempts: [{ dr: 'cut off' }, { dr: 'deleted' }, { dr: 'deleted' }],
      counts: { deleted: 1 },
    },
    {
      why: 'have what was kept in any attempt once',
      attempts: [{ dr: 'kept', apac: 'throttled' }, { apac: 'deleted' }, { dr: 'kept', apac: 'kept' }],
      counts: { deleted: 1, kept: 2 },
    },
    {
      why: 'have a permanent failure beside what goes on',
      attempts: [{ dr: 'rejected', apac: 'throttled' }, { apac: 'throttled' }],
      counts: { failed: 2 },
    },
    {
      why: 'have no failure that a later attempt has cured',
      attempts: [
        { dr: 'rejected', apac: 'over the limit' },
        { dr: 'deleted', apac: 'absent' },
      ],
      counts: { deleted: 1, absent: 1 },
    },
    {
      why: 'name a deletion without a result',
      attempts: [{ apac: 'deleted' }, { dr: 'cut off' }],
      counts: { deleted: 1, intended: 1 },
    },
  ])('$why', async ({ attempts, counts }) => {
    await expect(totals(attempts)).resolves.toEqual(counts);
  });

  test('include every repository of an organization, from all of its messages', async () => {
    const { ledger, history } = ledgerIn(kind);
    const { repository: _, ...request } = nextRequest();
    for (const [offset, repository] of ['api', 'web'].entries()) {
      const part = { ...request, offset };
      await ledger.open(part);
      await ledger.intend(part, intentOf('dr', repository));
      await ledger.settle(part, intentOf('dr', repository), { outcome: 'deleted' });
      const target = targetOf('apac');
      await ledger.close(part, [
        { outcome: 'deleted', repository, target: targetOf('dr') },
        { outcome: 'kept', reason: 'denied', repository, target },
      ]);
    }
    await expect(countsOf(history, request)).resolves.toEqual({ deleted: 2, kept: 2 });
  });

  test.each([
    ['deleted', 'deleted', { deleted: 2 }],
    ['rejected', 'absent', { absent: 1 }],
    ['deleted', 'absent', { deleted: 1 }],
  ] as const)('of a task that was %s, and, created again, %s: %p', async (first, second, counts) => {
    const { ledger, history } = ledgerIn(kind);
    const request = nextRequest();
    for (const [result, createdAt] of [
      [first, '2026-01-01T00:00:00Z'],
      [second, '2026-02-01T00:00:00Z'],
    ] as const) {
      const intent = intentOf('dr', 'api', createdAt);
      await ledger.open(request);
      await ledger.intend(request, intent);
      await ledger.settle(request, intent, ENDINGS[result]);
      await ledger.close(request, [{ ...ENDINGS[result], target: targetOf('dr') }]);
    }
    await expect(countsOf(history, request)).resolves.toEqual(counts);
  });

  test('leave out the other requests of the delivery', async () => {
    const request = nextRequest();
    await totals([{ dr: 'deleted' }, {}], { ...request, source: 'gitlab' });
    await totals([{ dr: 'deleted' }, {}], { ...request, account: 'other' });
    await expect(totals([{ apac: 'deleted' }, {}], request)).resolves.toEqual({ deleted: 1 });
  });
});

test('more failures than an entry lists count once, too', async () => {
  const { ledger, history } = ledgerIn('memory');
  const names = Array.from({ length: 130 }, (_, index) => `org-${index}`);
  const all = (result: Result): Attempt => Object.fromEntries(names.map((name) => [name, result]));
  const request = nextRequest();
  for (const result of ['throttled', 'throttled'] as const) await attempt(ledger, request, all(result));
  await expect(countsOf(history, request)).resolves.toEqual({ failed: 130 });
});

test('an entry that an older version has closed is read as it is', async () => {
  const { history } = ledgerIn('memory');
  const entry = {
    pk: 'delivery#old',
    id: 'old',
    account: 'main',
    namespace: 'acme',
    at: '2026-11-01T00:00:00.000Z',
  };
  await memoryTable.put([
    {
      ...entry,
      sk: 'request#main/acme/api#',
      kind: 'request',
      repository: 'api',
      seen: 2,
      counts: '{"kept":2}',
    },
    {
      ...entry,
      sk: 'task#main/acme/api#cn-east-3/dr#-#',
      kind: 'task',
      repository: 'api',
      target: 'cn-east-3/dr',
      outcome: 'deleted',
    },
  ]);
  await expect(countsOf(history, cleanupRequest({ id: 'old' }))).resolves.toEqual({ deleted: 1, kept: 2 });
});

const results: Result[] = ['deleted', 'absent', 'kept', 'rejected', 'throttled', 'over the limit', 'cut off'];
const attempts = fc.array(
  fc.dictionary(fc.constantFrom('dr', 'apac', 'emea'), fc.constantFrom(...results), { maxKeys: 3 }),
  { minLength: 2, maxLength: 5 },
);

testSlowProperty(
  'each target counts once, whatever attempts and parallel workers have done',
  [attempts, fc.boolean()],
  async (tried, inParallel) => {
    const { ledger, history } = ledgerIn('memory');
    const request = nextRequest();
    if (inParallel) await Promise.all(tried.map((each) => attempt(ledger, request, each)));
    else for (const each of tried) await attempt(ledger, request, each);
    const targetsWith = (...some: Result[]) =>
      new Set(
        tried.flatMap((each) => Object.keys(each).filter((name) => some.includes(each[name] ?? 'cut off'))),
      ).size;
    const {
      deleted = 0,
      kept = 0,
      absent = 0,
      failed: failures = 0,
      intended = 0,
    } = await countsOf(history, request);
    expect(deleted).toBe(targetsWith('deleted'));
    // What was kept in an attempt that never ended is not recorded.
    expect(kept).toBeLessThanOrEqual(targetsWith('kept'));
    const started = targetsWith('deleted', 'absent', 'rejected', 'throttled', 'cut off');
    const all = deleted + absent + failures + intended;
    expect(all).toBeGreaterThanOrEqual(started);
    expect(all).toBeLessThanOrEqual(
      targetsWith('deleted', 'absent', 'rejected', 'throttled', 'cut off', 'over the limit'),
    );
  },
);
