import { beforeAll, describe, expect, test } from '@jest/globals';
import { Table } from '../../lib/aws/table.ts';
import { DynamoLedger } from '../../lib/ledger/cleanup-ledger.ts';
import { HOUR_MS, MINUTE_MS } from '../support/clock.ts';
import { APAC, DR } from '../support/cloud.ts';
import { useOperating } from '../support/operating.ts';

const operating = useOperating();
const now = Date.now();
const at = (agoMs: number) => new Date(now - agoMs).toISOString();

/** A request that has deleted one task of a repository so long ago, as the ledger of a function has it. */
async function record(
  id: string,
  agoMs: number,
  differences: { namespace?: string; repository?: string; account?: string; deliveryId?: string } = {},
) {
  const table = new Table(operating.names.ledgerTable);
  const ledger = new DynamoLedger({
    table,
    defaultAccount: 'main',
    retentionDays: 90,
    now: () => now - agoMs,
  });
  const request = {
    version: 1,
    id,
    source: 'github',
    namespace: 'acme',
    repository: 'web',
    ...differences,
  } as const;
  const intent = { repository: request.repository, target: DR, task: { ...DR, syncAuto: true } };
  await ledger.open(request);
  await ledger.intend(request, intent);
  await ledger.settle(request, intent, { outcome: 'deleted' });
  const kept = { outcome: 'kept', reason: 'newer than the event', target: APAC } as const;
  await ledger.close(request, [{ outcome: 'deleted', target: DR }, kept]);
}

beforeAll(async () => {
  await record('three-days', 72 * HOUR_MS);
  await record('two-hours', 2 * HOUR_MS);
  await record('one-hour', HOUR_MS, { repository: 'api' });
  await record('webhook:github:ab12', 200 * HOUR_MS, {
    namespace: 'labelled',
    deliveryId: '72d3162e-cc78-11e3',
  });
  await record('other', 30 * MINUTE_MS, { account: 'other' });
});

/** Deliveries of the printed entries, in their order. */
async function deliveriesOf(command: string): Promise<unknown[]> {
  const { entries } = Object(await operating.json(command));
  if (!Array.isArray(entries)) throw new Error('there are no entries');
  return entries.map(({ id, kind }) => `${id} ${kind}`);
}

const both = (...ids: readonly string[]) => ids.flatMap((id) => [`${id} request`, `${id} task`]);

describe('the latest comes last', () => {
  test.each([
    ['of the last day', 'history', ['two-hours', 'one-hour', 'other']],
    ['of a window', 'history --since 90m --until 45m', ['one-hour']],
    [
      'of a window that begins at a time',
      `history --since ${at(3 * HOUR_MS)} --until ${at(HOUR_MS / 2 + 1)}`,
      ['two-hours', 'one-hour'],
    ],
    ['of several days', 'history --since 1w', ['three-days', 'two-hours', 'one-hour', 'other']],
    ['of an account', 'history --account other', ['other']],
    ['of a repository, ever', 'history acme/web', ['three-days', 'two-hours']],
    ['of a repository in a window', 'history acme/web --since 1d', ['two-hours']],
    ['of an organization', 'history acme', ['three-days', 'two-hours', 'one-hour']],
    ['of an organization in another account', 'history acme --account other', ['other']],
    ['of a delivery, ever', 'history --delivery three-days', ['three-days']],
    ['of a delivery and a repository', 'history acme/api --delivery one-hour', ['one-hour']],
  ] as const)('%s', async (_, command, ids) => {
    const printed = await deliveriesOf(command);
    expect(printed).toHaveLength(2 * ids.length);
    expect(new Set(printed)).toEqual(new Set(both(...ids)));
    expect([...new Set(printed.map((each) => String(each).split(' ')[0]))]).toEqual(ids);
  });
});

test('an entry has all that the ledger knows', async () => {
  await expect(operating.json('history acme/api')).resolves.toMatchObject({
    stage: 'test',
    entries: expect.arrayContaining([
      expect.objectContaining({
        kind: 'task',
        outcome: 'deleted',
        target: DR,
        task: { ...DR, syncAuto: true },
        at: at(HOUR_MS),
      }),
      expect.objectContaining({
        kind: 'request',
        counts: { deleted: 1, kept: 1 },
        source: 'github',
        seen: 1,
      }),
    ]),
  });
});

test('the table has times in UTC, and what a request has come to', async () => {
  const { status, stdout, stderr } = await operating.run('history acme/api');
  const time = at(HOUR_MS).slice(0, 19).replace('T', ' ');
  const lines = stdout.split('\n').map((line) => line.split(/ {2,}/));
  expect(lines[0]).toEqual([
    'TIME (UTC)',
    'ENTRY',
    'ACCOUNT',
    'REPOSITORY',
    'TARGET',
    'DELIVERY',
    'SOURCE',
    'BY',
    'NOTE',
  ]);
  expect(lines).toContainEqual([
    time,
    'request',
    'main',
    'acme/api',
    'one-hour',
    'github',
    '1 deleted, 1 kept',
  ]);
  expect(lines).toContainEqual([
    time,
    'deleted',
    'main',
    'acme/api',
    'cn-east-3/acme-dr',
    'one-hour',
    'github',
  ]);
  expect([status, stderr]).toEqual([0, expect.stringMatching(/^2 entries from .* \(UTC\)\.\n$/)]);
});

test('a redelivery that finds nothing leaves the counts of the request', async () => {
  const request = {
    version: 1,
    id: 'again',
    source: 'github',
    namespace: 'again',
    repository: 'web',
  } as const;
  await record('again', MINUTE_MS, { namespace: 'again' });
  await operating.ledger.open(request);
  await operating.ledger.close(request, []);
  const { stdout } = await operating.run('history again/web');
  expect(stdout).toMatch(/ request .* github +1 deleted, 1 kept; 2 attempts$/m);
  await expect(operating.json('history again/web')).resolves.toMatchObject({
    entries: expect.arrayContaining([
      expect.objectContaining({ kind: 'request', counts: { deleted: 1, kept: 1 } }),
    ]),
  });
});

test('a delivery is shown and found by the id that its sender gave', async () => {
  const args = 'history --delivery 72d3162e-cc78-11e3';
  const { stdout } = await operating.run(args);
  expect(stdout.match(/ 72d3162e-cc78-11e3 /g)).toHaveLength(2);
  await expect(operating.json(args)).resolves.toMatchObject({
    entries: expect.arrayContaining([
      expect.objectContaining({ kind: 'task', id: 'webhook:github:ab12', deliveryId: '72d3162e-cc78-11e3' }),
    ]),
  });
});

test('names an unreadable ledger', async () => {
  const endpoint = { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' };
  const { status, stdout, stderr } = await operating.run('history', endpoint);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/^the ledger can not be read: dynamodb Query: .*ECONNREFUSED.*\n$/);
});
