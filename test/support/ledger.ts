import type { Item } from '../../lib/aws/item.ts';
import { Table } from '../../lib/aws/table.ts';
import { DynamoLedger } from '../../lib/ledger/cleanup-ledger.ts';
import { startDynamoDb } from '../../local/dynamodb.ts';
import { AWS_ACCESS, setVariables } from './environment.ts';
import { useOnce } from './use.ts';

/** A ledger in a DynamoDB on loopback. */
export interface LedgerOnLoopback {
  readonly table: string;
  readonly endpoint: string;
  readonly ledger: DynamoLedger;
  /** Everything under a key, as it is stored. */
  items(pk: string): AsyncIterable<Item>;
  close(): Promise<void>;
}

/** Sets the variables by which DynamoDB is found, and puts them back at the end. */
export async function startLedger(now?: () => number): Promise<LedgerOnLoopback> {
  const dynamoDb = await startDynamoDb('test-ledger');
  const { endpoint } = dynamoDb;
  const table = new Table(dynamoDb.table);
  const restore = setVariables({
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    ...AWS_ACCESS,
  });
  return {
    table: dynamoDb.table,
    endpoint,
    ledger: new DynamoLedger({ table, defaultAccount: 'main', retentionDays: 90, ...(now && { now }) }),
    items: (pk) => table.query({ hash: ['pk', pk] }),
    async close() {
      restore();
      await dynamoDb.close();
    },
  };
}

/** Starts a ledger for the tests of a file. */
export function useLedger(now?: () => number): LedgerOnLoopback {
  return useOnce(() => startLedger(now));
}
