import { beforeEach, describe, expect, test } from '@jest/globals';
import { Cleaner } from '../../lib/cleanup/cleaner.ts';
import type { CleanupLedger } from '../../lib/cleanup/ledger.ts';
import type { CleanupResult } from '../../lib/cleanup/outcome.ts';
import type { CleanupRequest } from '../../lib/cleanup/request.ts';
import { Accounts } from '../../lib/huaweicloud/accounts.ts';
import { acmeConfig } from '../support/acme-config.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { manyTargets, SECRET, useEmulator } from '../support/cloud.ts';
import { allowing, noHurry } from '../support/deadline.ts';
import { MemoryTable, memoryLedger } from '../support/memory-table.ts';
import { recordLog } from '../support/recorded-log.ts';
import { replaceMethods } from '../support/replace-methods.ts';
import { safety } from '../support/safety.ts';
import { waitUntil } from '../support/wait-until.ts';

const CREATED_AT = '2026-03-02T08:15:27.53183Z';
const MAX = 5;

let table: MemoryTable;
let memory: CleanupLedger;
beforeEach(() => {
  table = new MemoryTable();
  memory = memoryLedger(table);
});
const cloud = useEmulator();

/** Adds repositories `r0` and so on with so many tasks each. */
function addRepositories(count: number, tasks: number): CleanupRequest[] {
  return Array.from({ length: count }, (_, index) => {
    const repository = `r${index}`;
    cloud.cloud.addRepository('many', repository);
    for (const target of manyTargets(tasks))
      cloud.cloud.addTask({ namespace: 'many', repository, ...target, createdAt: CREATED_AT });
    return cleanupRequest({ namespace: 'many', repository });
  });
}

/** A worker of its own. */
function workerOf(ledger = memory, max = MAX): Cleaner {
  const config = acmeConfig(cloud.url, { safety: safety({ maxTasksPerRequest: max }) });
  const { log } = recordLog();
  return new Cleaner({
    config,
    ledger,
    log,
    accounts: new Accounts(config.accounts, () => Promise.resolve(SECRET), log),
    checkExistence: () => Promise.resolve('gone'),
    findSources: () => [],
  });
}

/** The ledger with other methods. */
function ledgerWith(methods: Partial<CleanupLedger>): CleanupLedger {
  return replaceMethods<CleanupLedger>(memory, methods);
}

const deleted = () => cloud.journal.of('deleteSyncTask').filter(({ status }) => status === 200).length;
const codesOf = ({ outcomes }: CleanupResult) =>
  outcomes.map((outcome) => ('code' in outcome ? outcome.code : outcome.outcome));

describe('a delivery of several requests', () => {
  test('deletes no more than its limit, one after the other', async () => {
    const requests = addRepositories(4, 2);
    const results: string[][] = [];
    for (const request of requests) results.push(codesOf(await workerOf().clean(request, noHurry)));
    const rejected = ['TOO_MANY_TASKS', 'TOO_MANY_TASKS'];
    expect(results).toEqual([['deleted', 'deleted'], ['deleted', 'deleted'], rejected, rejected]);
    expect(deleted()).toBe(4);
  });

  test('says how many were deleted, and leaves what is left to a person', async () => {
    const [first, second] = addRepositories(2, 3);
    await workerOf().clean(first ?? cleanupRequest(), noHurry);
    await expect(workerOf().clean(second ?? cleanupRequest(), noHurry)).resolves.toMatchObject({
      outcomes: [{}, {}, {}].map(() => ({
        code: 'TOO_MANY_TASKS',
        message: 'Only 3 were deleted: 6 tasks exceed safety.maxTasksPerRequest (5)',
        retryable: false,
      })),
    });
  });

  test.each([
    { why: 'in other organizations', differences: { namespace: 'other' } },
    { why: 'of other accounts', differences: { account: 'other' } },
    { why: 'of other sources', differences: { source: 'other' } },
  ])('counts those $why as well', async ({ differences }) => {
    const [first] = addRepositories(1, 3);
    const request = first ?? cleanupRequest();
    const intents = manyTargets(3).map((target) => ({ repository: 'x', target }));
    for (const intent of intents) await memory.intend({ ...request, ...differences }, intent);
    expect(codesOf(await workerOf().clean(request, noHurry))).toContain('TOO_MANY_TASKS');
    expect(deleted()).toBe(0);
  });

  test('deletes no more than its limit by workers at the same time', async () => {
    const requests = addRepositories(8, 2);
    await Promise.all(requests.map((request) => workerOf().clean(request, noHurry)));
    expect(deleted()).toBeLessThanOrEqual(MAX);
  });

  test('deletes nothing where two workers have begun too much before either of them counts', async () => {
    const requests = addRepositories(2, 3);
    const counts = new Map<string, number>();
    // Both make their first count before either writes, and both have written before either counts again.
    const isTogether = (count: number) =>
      requests.every(({ repository = '' }) => (counts.get(repository) ?? 0) >= count);
    const ledger = ledgerWith({
      async started(request) {
        const { repository = '' } = request;
        const count = (counts.get(repository) ?? 0) + 1;
        counts.set(repository, count);
        const before = await memory.started(request);
        await waitUntil('the other worker counts too', () => isTogether(count));
        return count === 1 ? before : memory.started(request);
      },
    });
    const results = await Promise.all(requests.map((request) => workerOf(ledger).clean(request, noHurry)));
    expect(results.flatMap(codesOf)).toEqual(Array.from({ length: 6 }, () => 'TOO_MANY_TASKS'));
    expect(deleted()).toBe(0);
    const states = (await Array.fromAsync(table.query({ hash: ['pk', 'delivery#request-1'] }))).map(
      (item) => item['outcome'],
    );
    expect(states.filter((state) => state === 'failed')).toHaveLength(6);
  });

  test('takes nothing back that another try of the same request may be carrying out', async () => {
    const [request = cleanupRequest(), other = request] = addRepositories(2, 3);
    let begun = 0;
    const ledger = ledgerWith({
      async started(of) {
        begun += 1;
        // Another try has begun the same, and a sibling its own, between the two counts.
        if (begun === 2)
          for (const target of manyTargets(3)) await memory.intend(other, { repository: 'r1', target });
        return memory.started(of);
      },
    });
    for (const target of manyTargets(3)) {
      const task = { ...target, createdAt: CREATED_AT };
      await memory.intend(request, { repository: 'r0', target, task });
    }
    await workerOf(ledger).clean(request, noHurry);
    const states = (await Array.fromAsync(table.query({ hash: ['pk', 'delivery#request-1'] }))).map(
      (item) => item['outcome'],
    );
    expect(states.filter((state) => state === 'intended')).toHaveLength(6);
  });
});

describe('a delivery within its limit', () => {
  test('is completed by a retry, and no task counts twice', async () => {
    const requests = addRepositories(1, MAX);
    const [request = cleanupRequest()] = requests;
    cloud.fault('deleteSyncTask', { status: 503 }, { times: 3 });
    const first = await workerOf().clean(request, noHurry);
    expect(codesOf(first).filter((code) => code === 'deleted')).toHaveLength(2);
    await workerOf().clean(request, noHurry);
    expect(deleted()).toBe(MAX);
    expect(cloud.cloud.tasks('many', 'r0')).toEqual([]);
  });

  test('is completed after it ran out of time', async () => {
    const [request = cleanupRequest()] = addRepositories(1, MAX);
    await workerOf().clean(request, allowing(3));
    expect(deleted()).toBe(2);
    await workerOf().clean(request, noHurry);
    expect(deleted()).toBe(MAX);
  });

  test('is completed where it was too much, once the limit is raised', async () => {
    const requests = addRepositories(2, 4);
    for (const request of requests) await workerOf().clean(request, noHurry);
    expect(deleted()).toBe(4);
    for (const request of requests) await workerOf(memory, 8).clean(request, noHurry);
    expect(deleted()).toBe(8);
  });

  test('of a whole organization counts over its repositories', async () => {
    addRepositories(3, 2);
    const organization: CleanupRequest = { version: 1, id: 'request-1', namespace: 'many', siblings: 0 };
    expect(codesOf(await workerOf().clean(organization, noHurry))).toContain('TOO_MANY_TASKS');
    expect(deleted()).toBe(0);
    await workerOf(memory, 6).clean(organization, noHurry);
    expect(deleted()).toBe(6);
  });
});

describe('what is asked of the ledger', () => {
  test.each([
    { why: 'the only request of its delivery, for the first time', siblings: 0, tries: 1, queries: 0 },
    { why: 'the only request, that comes again', siblings: 0, tries: 2, queries: 2 },
    { why: 'one of several', siblings: 1, tries: 1, queries: 2 },
    { why: 'one with an unknown number of siblings', siblings: undefined, tries: 1, queries: 2 },
  ])('is counted $queries times for $why', async ({ siblings, tries, queries }) => {
    const [request = cleanupRequest()] = addRepositories(1, 2);
    let counted = 0;
    const ledger = ledgerWith({
      started(of) {
        counted += 1;
        return memory.started(of);
      },
    });
    const known = { ...request, ...(siblings !== undefined && { siblings }) };
    for (let attempt = 1; attempt < tries; attempt += 1) await memory.open(known);
    await workerOf(ledger).clean(known, noHurry);
    expect([counted, deleted()]).toEqual([queries, 2]);
  });

  test('is nothing where nothing is to be deleted', async () => {
    const started = () => Promise.reject(new Error('unexpected call'));
    const result = await workerOf(ledgerWith({ started })).clean(
      cleanupRequest({ repository: 'none' }),
      noHurry,
    );
    expect(result.outcomes).toEqual([]);
  });

  test.each(['started', 'settle'] as const)('returns the request if it fails: %s', async (method) => {
    const requests = addRepositories(2, 3);
    const [request = cleanupRequest(), other = request] = requests;
    const ledger = ledgerWith({
      async intend(of, intent) {
        for (const target of manyTargets(3)) await memory.intend(other, { repository: 'r1', target });
        return memory.intend(of, intent);
      },
      [method]: () => Promise.reject(new Error('away')),
    });
    const { outcomes } = await workerOf(ledger).clean(request, noHurry);
    expect(outcomes).toMatchObject([{}, {}, {}].map(() => ({ outcome: 'failed', message: 'away' })));
    expect(deleted()).toBe(0);
  });
});

describe('before the ledger', () => {
  test.each([
    { why: 'an organization that is long', differences: { namespace: '界'.repeat(256) } },
    { why: 'a repository that is long', differences: { repository: '界'.repeat(256) } },
    { why: 'half a character in a repository', differences: { repository: 'a\uD800' } },
    { why: 'half a character in an id', differences: { id: 'queue:\uDC00' } },
    { why: 'half a character in a source', differences: { source: '\uD800' } },
    { why: 'an id that is long', differences: { id: '界'.repeat(400) } },
    {
      why: 'a target that is long',
      differences: { targets: [{ remoteRegionId: 'cn-east-3', remoteNamespace: '界'.repeat(256) }] },
    },
  ])('a request fails permanently for $why', async ({ differences }) => {
    const open = () => Promise.reject(new Error('unexpected call'));
    const result = await workerOf(ledgerWith({ open })).clean(cleanupRequest(differences), noHurry);
    expect(result.outcomes).toMatchObject([{ outcome: 'failed', code: 'INVALID_NAME', retryable: false }]);
  });
});
