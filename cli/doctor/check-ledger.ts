import * as v from 'valibot';
import { AwsError } from '../../lib/aws/aws-error.ts';
import { type AwsCall, callAws } from '../../lib/aws/call.ts';
import { resourceNamesOf } from '../../lib/resource-names.ts';
import { findTable } from '../resources.ts';
import type { Stage } from '../stage.ts';
import { type Check, check, type Finding } from './check.ts';
import { explainAws } from './explain-aws.ts';

const TIMEOUT_MS = 10_000;

const tableSchema = v.object({ Table: v.object({ TableStatus: v.string() }) });
const ttlSchema = v.object({
  TimeToLiveDescription: v.object({ TimeToLiveStatus: v.string(), AttributeName: v.optional(v.string()) }),
});
const backupsSchema = v.object({
  ContinuousBackupsDescription: v.object({
    PointInTimeRecoveryDescription: v.optional(v.object({ PointInTimeRecoveryStatus: v.string() })),
  }),
});
const busSchema = v.object({ Name: v.string() });

/** The table of the ledger: whether it is there, forgets in time, and could be brought back. */
export function checkLedger(stage: Stage): Promise<Check>[] {
  const table = ask(stage, 'ledger', 'DescribeTable', 'failed', async (answer) => {
    const { TableStatus } = v.parse(tableSchema, answer).Table;
    const message = `${await findTable(stage)} is ${TableStatus}`;
    if (TableStatus === 'ACTIVE') return { message };
    return { state: 'warning', message, hint: 'Wait until it is ACTIVE.' };
  });
  const forgetting = ask(stage, 'ledger, forgetting', 'DescribeTimeToLive', 'warning', (answer) => {
    const { TimeToLiveStatus, AttributeName } = v.parse(ttlSchema, answer).TimeToLiveDescription;
    const on = TimeToLiveStatus === 'ENABLED' && AttributeName === 'expiresAt';
    if (on) return { message: `entries go after ${stage.config.ledger.retentionDays} days` };
    return { state: 'warning', message: 'entries are never forgotten', hint: deploy(stage) };
  });
  const backups = ask(stage, 'ledger, backups', 'DescribeContinuousBackups', 'warning', (answer) => {
    const { PointInTimeRecoveryDescription: recovery } = v.parse(
      backupsSchema,
      answer,
    ).ContinuousBackupsDescription;
    if (recovery?.PointInTimeRecoveryStatus === 'ENABLED')
      return { message: 'it can be brought back to any second of the last 35 days' };
    return { state: 'warning', message: 'point-in-time recovery is off', hint: deploy(stage) };
  });
  // What `npm start` has lives no longer than that.
  return stage.name === 'local' ? [table] : [table, forgetting, backups];
}

/** The stage's own event bus. */
export function checkEventBus({ name }: Stage): Promise<Check> {
  return check(
    'event bus',
    async () => {
      const Name = process.env['EVENT_BUS_NAME'] || resourceNamesOf(name).eventBus;
      const answer = await call({ service: 'events', action: 'DescribeEventBus', input: { Name } });
      return answer === 'unknown' ? NOT_KNOWN : { message: v.parse(busSchema, answer).Name };
    },
    (error) => explainAws(error, name, 'events:DescribeEventBus'),
  );
}

function ask(
  stage: Stage,
  name: string,
  action: string,
  state: 'failed' | 'warning',
  read: (answer: unknown) => Finding | Promise<Finding>,
): Promise<Check> {
  return check(
    name,
    async () => {
      const input = { TableName: await findTable(stage) };
      const answer = await call({ service: 'dynamodb', action, input });
      return answer === 'unknown' ? NOT_KNOWN : read(answer);
    },
    (error) => ({ state, ...explainAws(error, stage.name, `dynamodb:${action}`) }),
  );
}

function deploy({ name }: Stage): string {
  return `Deploy it: npm run deploy -- --stage ${name}`;
}

const NOT_KNOWN: Finding = { state: 'not checked', message: 'this AWS does not know the question' };

/** @returns `unknown` if it is a stand-in for AWS that doesn't know the call. */
async function call(input: Pick<AwsCall, 'service' | 'action' | 'input'>): Promise<unknown> {
  try {
    return await callAws({ ...input, timeoutMs: TIMEOUT_MS });
  } catch (error) {
    const isUnknown =
      error instanceof AwsError && /^Unknown|InvalidAction|NotImplemented/.test(error.failure.code);
    if (isUnknown) return 'unknown';
    throw error;
  }
}
