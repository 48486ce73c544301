import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import dynalite from 'dynalite';
import * as v from 'valibot';
import { postToAws } from './loopback/forward.ts';
import { guardServer } from './loopback/guard.ts';
import { listen } from './loopback/listen.ts';
import { readResources } from './resources.ts';

/** Properties of the table that dynalite knows. */
const tableSchema = v.object({
  Properties: v.object({
    BillingMode: v.string(),
    AttributeDefinitions: v.array(v.unknown()),
    KeySchema: v.array(v.unknown()),
    GlobalSecondaryIndexes: v.array(v.unknown()),
  }),
});
const activeSchema = v.object({ Table: v.object({ TableStatus: v.literal('ACTIVE') }) });

export type DynamoDb = Awaited<ReturnType<typeof startDynamoDb>>;

/** Starts DynamoDB in this process, with an empty ledger table as in `resources/ledger.yml`. */
export async function startDynamoDb(table = 'swr-sync-cleanup-local-ledger') {
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
    /** For `AWS_ENDPOINT_URL_DYNAMODB`. */
    endpoint,
    table,
    async close(): Promise<void> {
      // A write to a closed database throws an error that can't be caught.
      await Promise.all(Array.from(underWay, (response) => once(response, 'close')));
      await close();
    },
  };
}

async function createTable(endpoint: string, TableName: string): Promise<void> {
  const { LedgerTable } = await readResources('ledger.yml');
  const { Properties } = v.parse(tableSchema, LedgerTable);
  await postToAws(endpoint, 'DynamoDB_20120810.CreateTable', { ...Properties, TableName });
  // It is made in the background.
  const describe = () => postToAws(endpoint, 'DynamoDB_20120810.DescribeTable', { TableName });
  while (!v.is(activeSchema, await describe())) await new Promise((resolve) => setImmediate(resolve));
}
