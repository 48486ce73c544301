import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import dynalite from 'dynalite';
import * as v from 'valibot';
import { parse } from 'yaml';
import { guardServer } from './loopback/guard.ts';
import { listen } from './loopback/listen.ts';

/** Properties of the table that dynalite knows. */
const tableSchema = v.object({
  BillingMode: v.string(),
  AttributeDefinitions: v.array(v.unknown()),
  KeySchema: v.array(v.unknown()),
  GlobalSecondaryIndexes: v.array(v.unknown()),
});
const templateSchema = v.object({
  Resources: v.object({ LedgerTable: v.object({ Properties: tableSchema }) }),
});

/** DynamoDB of this process, with an empty ledger table as in `resources/ledger.yml`. */
export interface DynamoDb {
  /** For `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly endpoint: string;
  readonly table: string;
  close(): Promise<void>;
}

export async function startDynamoDb(table = 'swr-sync-cleanup-local-ledger'): Promise<DynamoDb> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  // Without a guard, any web page could read and write.
  guardServer(server);
  const underWay = new Set<ServerResponse>();
  server.on('request', (_: IncomingMessage, response: ServerResponse) => {
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
  });
  const { url: endpoint, close } = await listen(server);
  await createTable(endpoint, table);
  return {
    endpoint,
    table,
    async close() {
      // A write to a closed database throws an error that can't be caught.
      await Promise.all(Array.from(underWay, (response) => once(response, 'close')));
      await close();
    },
  };
}

async function createTable(endpoint: string, TableName: string): Promise<void> {
  const text = await readFile(join(import.meta.dirname, '../resources/ledger.yml'), 'utf8');
  // CloudFormation's own tags (`!Ref` and so on) are of no interest here.
  const { Resources } = v.parse(templateSchema, parse(text, { logLevel: 'silent' }));
  await call(endpoint, 'CreateTable', { ...Resources.LedgerTable.Properties, TableName });
  // It is made in the background.
  while (!/"TableStatus":"ACTIVE"/.test(await call(endpoint, 'DescribeTable', { TableName }))) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function call(endpoint: string, action: string, input: object): Promise<string> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.0',
      'X-Amz-Target': `DynamoDB_20120810.${action}`,
      // dynalite wants a signature, and doesn't verify it.
      Authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=none',
      'X-Amz-Date': '20260101T000000Z',
    },
    body: JSON.stringify(input),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${action} was answered ${response.status}: ${answer}`);
  return answer;
}
