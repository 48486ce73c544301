import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { AwsCall } from '../../lib/aws/call.ts';
import type { Item } from '../../lib/aws/item.ts';
import type { Change } from '../../lib/aws/table.ts';
import { type AwsFault, type AwsProxy, startAwsProxy } from '../support/aws-proxy.ts';
import type { Cleaning } from '../support/cleaning.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { APAC, DR, SECRET } from '../support/cloud.ts';
import { setVariables } from '../support/environment.ts';
import { respond } from '../support/loopback-server.ts';
import { AWS_PLACES, type AwsPlace, type AwsRow, applies, awsEndOf, awsPlaces, awsRows } from './aws-rows.ts';

const EVENT = '2026-11-24T03:00:00.000Z';
const CLOSED_PORT = 'http://127.0.0.1:1';
const UNAVAILABLE: AwsRow = { why: '', fault: { status: 503, code: 'ServiceUnavailable' } };
const FORBIDDEN = { status: 403, code: 'SVCSTG.SWR.4030170' };

/** A shorter limit of time for the calls of a place that are not answered. */
let limit: { readonly place: AwsPlace; readonly timeoutMs: number } | undefined;

const { AwsError, callAws } = await import('../../lib/aws/call.ts');
jest.unstable_mockModule('../../lib/aws/call.ts', () => ({
  AwsError,
  callAws: (call: AwsCall) => {
    const [, variable, fits] = CALLS[limit?.place ?? 'bus'];
    const isLimited = variable.replaceAll('_', '') === call.service.toUpperCase();
    const timeoutMs =
      limit !== undefined && isLimited && fits(call.action, JSON.stringify(call.input))
        ? Math.min(limit.timeoutMs, call.timeoutMs)
        : call.timeoutMs;
    return callAws({ ...call, timeoutMs, firstPauseMs: 1 });
  },
}));
const { History } = await import('../../lib/ledger/history.ts');
const { SecretStore } = await import('../../lib/aws/secret-store.ts');
const { Table } = await import('../../lib/aws/table.ts');
const { startCleaning } = await import('../support/cleaning.ts');
const { MemoryTable } = await import('../support/memory-table.ts');

let cleaning: Cleaning;
let proxies: Record<'dynamodb' | 'events' | 'sqs' | 'secrets', AwsProxy>;
let restore: () => void;
beforeAll(async () => {
  cleaning = await startCleaning();
  proxies = {
    dynamodb: await startAwsProxy((response) => respond(response, 200, {})),
    events: await startAwsProxy(cleaning.bus.endpoint),
    sqs: await startAwsProxy(new URL(cleaning.sqs.cleanupQueueUrl).origin),
    secrets: await startAwsProxy((response) => respond(response, 200, { SecretString: SECRET })),
  };
  restore = setVariables({ AWS_ENDPOINT_URL_SECRETS_MANAGER: proxies.secrets.url });
});
afterEach(() => {
  cleaning.cloud.clearFaults();
  cleaning.sqs.empty();
  cleaning.recorded.clear();
});
afterAll(async () => {
  restore();
  await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
  await cleaning.close();
});

const always = () => true;
/** Which call of which service is meant by a place. */
const CALLS = {
  secret: ['secrets', 'SECRETS_MANAGER', always],
  ledgerRequest: ['dynamodb', 'DYNAMODB', always],
  ledgerIntent: ['dynamodb', 'DYNAMODB', always],
  ledgerOutcome: ['dynamodb', 'DYNAMODB', always],
  ledgerSummary: ['dynamodb', 'DYNAMODB', always],
  queue: [
    'sqs',
    'SQS',
    (action: string, body: string) => action === 'SendMessage' && !body.includes('"reason"'),
  ],
  deadLetterQueue: ['sqs', 'SQS', (_: string, body: string) => body.includes('"reason"')],
  bus: ['events', 'EVENTBRIDGE', always],
} satisfies Record<AwsPlace, [keyof typeof proxies, string, (action: string, body: string) => boolean]>;

/** Attributes by which the changes of the ledger are known. */
const CHANGES: Partial<Record<AwsPlace, string>> = {
  ledgerRequest: 'seen',
  ledgerIntent: 'target',
  ledgerOutcome: 'settledAt',
  ledgerSummary: 'closedAt',
};

/** Attribute of the changes that go to DynamoDB; none if undefined. */
let broken: string | undefined;

/** A table in memory, except for changes that have to fail. */
class LedgerTable extends MemoryTable {
  override update(change: Change, returns?: 'now' | 'before'): Promise<Item | undefined> {
    const { set, setIfMissing, add } = change;
    const isBroken = broken !== undefined && broken in { ...set, ...setIfMissing, ...add };
    return isBroken ? new Table('ledger').update(change, returns) : super.update(change, returns);
  }
}

/** Lets the calls of a place fail; where nobody listens, all calls of that service. Calls of other services need no proxy. */
function breakPlace(place: AwsPlace, fault: AwsFault | 'refused'): () => void {
  const [service, variable, fits] = CALLS[place];
  const isRefused = fault === 'refused';
  broken = CHANGES[place];
  if (!isRefused) proxies[service].failWhere(fits, fault);
  // The bus keeps its own limit, which is short.
  if (place !== 'bus' && (fault === 'hang' || fault === 'drip')) limit = { place, timeoutMs: 150 };
  const restoreUrl = setVariables({
    [`AWS_ENDPOINT_URL_${variable}`]: isRefused ? CLOSED_PORT : proxies[service].url,
  });
  return () => {
    restoreUrl();
    broken = undefined;
    limit = undefined;
    proxies[service].clear();
  };
}

const rows = awsPlaces.flatMap((place) =>
  awsRows
    .filter((row) => applies(row, place))
    .map((row) => ({ ...row, place, doing: AWS_PLACES[place], end: awsEndOf(row, place) })),
);

/** Works off a request with one task to delete while the calls of a place go wrong. */
async function workOff(place: AwsPlace, fault: AwsRow['fault'], repository: string) {
  for (const target of [DR, APAC]) {
    const createdAt = '2026-03-02T08:15:27.53183Z';
    cleaning.cloud.cloud.addTask({ namespace: 'acme', repository, ...target, createdAt });
  }
  // Only what has something to park, or to put back, comes to those queues.
  if (place === 'deadLetterQueue') cleaning.cloud.fault('listSyncTasks', FORBIDDEN);
  if (place === 'queue') {
    cleaning.cloud.fault('deleteSyncTask', FORBIDDEN, { nth: 1 });
    cleaning.cloud.fault('deleteSyncTask', { status: 503 }, { nth: 2 });
  }
  const targets = place === 'queue' ? [DR, APAC] : [DR];
  cleaning.sqs.put(cleanupRequest({ id: repository, repository, targets, occurredAt: EVENT }));
  const secrets = new SecretStore();
  const table = new LedgerTable();
  const context = cleaning.context({
    table,
    read: (_, maxAgeMs) => secrets.read('secretsmanager:huaweicloud', maxAgeMs),
  });
  const repair = breakPlace(place, fault);
  await cleaning.workOff(context);
  repair();
  return { table, targets };
}

describe('a message', () => {
  test.each(rows)('is $end where, $doing, $why', async (row) => {
    const { place, fault, end } = row;
    const repository = `row-${rows.indexOf(row)}`;
    await workOff(place, fault, repository);
    const { sqs } = cleaning;
    const left = cleaning.cloud.cloud.tasks('acme', repository);
    expect(left).toMatchObject(end.startsWith('deleted') ? [APAC] : [DR, APAC]);
    expect(sqs.hidden()).toHaveLength(end.endsWith('retried') ? 1 : 0);
    const isParked = end.startsWith('dead-lettered');
    // The rest of a split request. With a refused connection there is no dead-letter queue either.
    const isSplit = place === 'queue' && fault !== 'refused';
    const codes = isParked ? ['SECRET_UNUSABLE'] : isSplit ? [FORBIDDEN.code] : [];
    expect(sqs.deadLettered().map(({ attributes }) => attributes['code'])).toEqual(codes);
    expect(cleaning.recorded.of('not published')).toHaveLength(place === 'bus' ? 1 : 0);
    const codesFailed = cleaning.recorded.of('failed').map(({ code }) => code);
    expect(codesFailed.includes('LEDGER_UNAVAILABLE')).toBe(/^ledger(?!Summary)/.test(place));
    const isBeforeDeletion = place === 'ledgerRequest' || place === 'ledgerIntent';
    const deletions = cleaning.cloud.journal.of('deleteSyncTask');
    expect(isBeforeDeletion && deletions.some((each) => each.repository === repository)).toBe(false);
  });

  // A failed call doesn't reach its service, so the fault makes no difference.
  const returning = awsPlaces.filter((place) => awsEndOf(UNAVAILABLE, place).endsWith('retried'));
  test.each(returning.map((place) => ({ place, doing: AWS_PLACES[place] })))(
    'is completed by the retry once this works again: $doing',
    async ({ place }) => {
      const repository = place.toLowerCase();
      const { table, targets } = await workOff(place, UNAVAILABLE.fault, repository);
      cleaning.cloud.clearFaults();
      const [back] = cleaning.sqs.hidden();
      cleaning.sqs.empty();
      cleaning.sqs.put(back?.body);
      await cleaning.workOff(cleaning.context({ table }));
      expect(cleaning.sqs.hidden()).toEqual([]);
      expect(cleaning.cloud.cloud.tasks('acme', repository)).toMatchObject(place === 'queue' ? [] : [APAC]);
      const entries = await Array.fromAsync(new History(table).ofDelivery(repository));
      const outcomes = entries.flatMap((entry) => (entry.kind === 'task' ? [entry.outcome] : []));
      expect(outcomes).toEqual(targets.map(() => 'deleted'));
    },
  );
});
