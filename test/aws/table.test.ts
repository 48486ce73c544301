import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Query, Table } from '../../lib/aws/table.ts';
import { setVariables } from '../support/environment.ts';
import { startLedger } from '../support/ledger.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';
import { MemoryTable } from '../support/memory-table.ts';
import { useEach } from '../support/use.ts';

const loopback = useEach(startLedger);
const key = { pk: 'a', sk: 'b' };
let table: Table;

describe.each([
  { where: 'in DynamoDB', open: () => new Table(loopback.table) },
  { where: 'in memory', open: () => new MemoryTable() },
])('a table $where', ({ open }) => {
  beforeEach(() => {
    table = open();
  });

  test('sets, sets what is missing, and adds in one change', async () => {
    await table.update({ key, set: { one: 'x' }, setIfMissing: { two: 'y', three: 3 }, add: { count: 2 } });
    await expect(
      table.update({ key, set: { one: 'z' }, setIfMissing: { two: 'w' }, add: { count: 5 } }),
    ).resolves.toEqual({ ...key, one: 'z', two: 'y', three: 3, count: 7 });
  });

  test('adds without setting anything', async () => {
    await table.update({ key, add: { count: 2 } });
    await expect(table.update({ key, add: { count: 3 } })).resolves.toEqual({ ...key, count: 5 });
  });

  test('returns the replaced attributes', async () => {
    await table.update({ key, set: { name: 'old', other: 1 }, add: { seen: 1 } });
    const change = { key, set: { name: 'new' }, setIfMissing: { first: 'x' }, add: { seen: 1 } };
    await expect(table.update(change, 'before')).resolves.toEqual({ name: 'old', seen: 1 });
    await expect(table.update(change, 'before')).resolves.toEqual({ name: 'new', first: 'x', seen: 2 });
  });

  test.each([
    { why: 'it is missing', before: undefined, done: true },
    { why: 'it has the value', before: 'open', done: true },
    { why: 'it has another value', before: 'closed', done: false },
  ])('changes under a condition: $why', async ({ before, done }) => {
    if (before !== undefined) await table.update({ key, set: { state: before } });
    const after = await table.update({ key, set: { by: 'me' }, onlyIf: { state: ['open', 'new'] } });
    expect(after?.['by']).toBe(done ? 'me' : undefined);
  });

  test('puts more items than fit into a batch, and removes one', async () => {
    const items = Array.from({ length: 60 }, (_, index) => ({
      pk: 'many',
      sk: String(index).padStart(2, '0'),
    }));
    await table.put(items);
    await table.remove({ pk: 'many', sk: '30' });
    const found = await Array.fromAsync(table.query({ hash: ['pk', 'many'] }));
    expect(found).toEqual(items.filter(({ sk }) => sk !== '30'));
  });

  test('pages by key', async () => {
    await table.put(['1', '2', '3'].map((sk) => ({ pk: 'pages', sk })));
    const query = { hash: ['pk', 'pages'] as const, limit: 2 };
    const first = await table.queryPage(query);
    expect(first.items.map(({ sk }) => sk)).toEqual(['1', '2']);
    const second = await table.queryPage({ ...query, after: first.after });
    expect(second.items.map(({ sk }) => sk)).toEqual(['3']);
  });

  test('queries a range, and an index from its newest', async () => {
    const items = ['a#1', 'a#2', 'b#1'].map((repositoryAt, index) => ({
      pk: 'range',
      sk: repositoryAt,
      organization: 'main/acme',
      repositoryAt: `${9 - index}`,
    }));
    const [one, two, three] = items;
    await table.put([...items, { pk: 'other', sk: 'a#1' }]);
    const read = (query: Query) => Array.fromAsync(table.query(query));
    const hash = ['pk', 'range'] as const;
    await expect(read({ hash, range: { name: 'sk', beginsWith: 'a#' } })).resolves.toEqual([one, two]);
    await expect(read({ hash, range: { name: 'sk', from: 'a#2', to: 'b#1' } })).resolves.toEqual([
      two,
      three,
    ]);
    await expect(
      read({
        index: 'by-repository',
        hash: ['organization', 'main/acme'],
        range: { name: 'repositoryAt', from: '8', to: '9' },
        newestFirst: true,
      }),
    ).resolves.toEqual([one, two]);
  });
});

describe('a call of DynamoDB', () => {
  beforeEach(() => {
    table = new Table(loopback.table);
  });

  test('reads consistently, except from an index', async () => {
    const server = await startLoopbackServer((response) => respond(response, 200, { Items: [] }));
    const restore = setVariables({ AWS_ENDPOINT_URL_DYNAMODB: server.url });
    try {
      await table.queryPage({ hash: ['pk', 'a'] });
      await table.queryPage({ index: 'by-day', hash: ['day', 'a'], newestFirst: true });
    } finally {
      restore();
      await server.close();
    }
    const [own, index] = server.requests.map(({ body }): unknown => JSON.parse(body));
    expect(own).toMatchObject({ TableName: loopback.table, ConsistentRead: true });
    expect(own).not.toHaveProperty('ScanIndexForward');
    expect(index).toMatchObject({ IndexName: 'by-day', ScanIndexForward: false });
    expect(index).not.toHaveProperty('ConsistentRead');
  });

  test('puts the unprocessed items of a batch again', async () => {
    const left = { UnprocessedItems: { [loopback.table]: [{ PutRequest: { Item: { pk: { S: 'a' } } } }] } };
    const calls = await withDynamoDb(
      (call) => (call === 1 ? left : {}),
      () => table.put([key]),
    );
    expect(calls).toBe(2);
  });

  test('fails after five attempts when the table takes nothing', async () => {
    const left = { UnprocessedItems: { [loopback.table]: [{}] } };
    const calls = await withDynamoDb(
      () => left,
      async () => {
        await expect(table.put([key])).rejects.toMatchObject({
          message: 'the ledger can not be written: items unprocessed after 5 attempts: 1',
          failure: { code: 'LEDGER_UNAVAILABLE', retryable: true },
        });
      },
    );
    expect(calls).toBe(5);
  });

  test('reports an invalid answer', async () => {
    await withDynamoDb(
      () => ({ Items: 'none' }),
      async () => {
        await expect(table.queryPage({ hash: ['pk', 'a'] })).rejects.toThrow(/^the ledger can not be read: /);
      },
    );
  });

  test('omits attributes that are neither strings nor numbers', async () => {
    const items = [{ pk: { S: 'a' }, count: { N: '7' }, flag: { BOOL: true }, odd: null, text: 'bare' }];
    await withDynamoDb(
      () => ({ Items: items }),
      async () => {
        const page = await table.queryPage({ hash: ['pk', 'a'] });
        expect(page.items).toEqual([{ pk: 'a', count: 7 }]);
      },
    );
  });

  test.each([
    { why: 'a batch', act: (nowhere: Table) => nowhere.put([key]) },
    { why: 'a removal', act: (nowhere: Table) => nowhere.remove(key) },
  ])('fails transiently when the table of $why does not exist', async ({ act }) => {
    await expect(act(new Table('no-such-table'))).rejects.toMatchObject({
      message: expect.stringMatching(/^the ledger can not be written: dynamodb /),
      failure: { code: 'LEDGER_UNAVAILABLE', retryable: true, status: 400 },
    });
  });
});

async function withDynamoDb(answer: (call: number) => object, run: () => Promise<void>): Promise<number> {
  let calls = 0;
  const server: LoopbackServer = await startLoopbackServer((response) => {
    calls += 1;
    response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(answer(calls)));
  });
  const restore = setVariables({ AWS_ENDPOINT_URL_DYNAMODB: server.url });
  try {
    await run();
  } finally {
    restore();
    await server.close();
  }
  return calls;
}
