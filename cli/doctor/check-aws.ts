import * as v from 'valibot';
import { UsageError } from '../../command-line/options.ts';
import { type AwsCall, AwsError, callAws } from '../../lib/aws/call.ts';
import { DeadLetterQueue } from '../../lib/aws/dead-letter-box.ts';
import { failureOf } from '../../lib/failure.ts';
import { findName, findQueueUrl, type QueueRole } from '../resources.ts';
import type { Stage } from '../stage.ts';
import { count } from '../table.ts';
import { type Check, check, type Finding } from './check.ts';

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

/** Checks that the three queues exist, and counts their messages. */
export function checkQueues(stage: Stage): Promise<Check>[] {
  const look = (name: string, role: QueueRole) =>
    check(
      name,
      async () => {
        const { waiting, taken } = await new DeadLetterQueue(await findQueueUrl(stage, role)).depth();
        const message = `${count(waiting, 'message')} waiting, ${taken} in flight`;
        if (role !== 'deadLetterQueue' || waiting + taken === 0) return { message };
        const hint = `See why each is there: swr-sync failed list --stage ${stage.name}`;
        return { state: 'warning', message, hint };
      },
      (error) => explainAws(error, stage.name, 'sqs:GetQueueUrl and sqs:GetQueueAttributes'),
    );
  return [
    look('cleanup queue', 'cleanupQueue'),
    look('dead-letter queue', 'deadLetterQueue'),
    look('sweep queue', 'sweepQueue'),
  ];
}

/** Checks that the ledger's table exists, expires entries, and has backups. */
export function checkLedger(stage: Stage): Promise<Check>[] {
  const table = ask(stage, 'ledger', 'DescribeTable', 'failed', async (answer) => {
    const { TableStatus } = v.parse(tableSchema, answer).Table;
    const message = `${await findName(stage, 'ledgerTable')} is ${TableStatus}`;
    if (TableStatus === 'ACTIVE') return { message };
    return { state: 'warning', message, hint: 'Wait until it is ACTIVE.' };
  });
  const ttl = ask(stage, 'ledger TTL', 'DescribeTimeToLive', 'warning', (answer) => {
    const { TimeToLiveStatus, AttributeName } = v.parse(ttlSchema, answer).TimeToLiveDescription;
    const on = TimeToLiveStatus === 'ENABLED' && AttributeName === 'expiresAt';
    if (on) return { message: `entries expire after ${stage.config.ledger.retentionDays} days` };
    return { state: 'warning', message: 'entries never expire', hint: deploy(stage) };
  });
  const backups = ask(stage, 'ledger backups', 'DescribeContinuousBackups', 'warning', (answer) => {
    const { PointInTimeRecoveryDescription: recovery } = v.parse(
      backupsSchema,
      answer,
    ).ContinuousBackupsDescription;
    if (recovery?.PointInTimeRecoveryStatus === 'ENABLED')
      return { message: 'can be restored to any second of the last 35 days' };
    return { state: 'warning', message: 'point-in-time recovery is off', hint: deploy(stage) };
  });
  // The ledger of `npm start` has neither.
  return stage.name === 'local' ? [table] : [table, ttl, backups];
}

/** Checks that the stage's event bus exists. */
export function checkEventBus(stage: Stage): Promise<Check> {
  return check(
    'event bus',
    async () => {
      const Name = await findName(stage, 'eventBus');
      const answer = await call({ service: 'events', action: 'DescribeEventBus', input: { Name } });
      return answer === 'unknown' ? NOT_SUPPORTED : { message: v.parse(busSchema, answer).Name };
    },
    (error) => explainAws(error, stage.name, 'events:DescribeEventBus'),
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
      const input = { TableName: await findName(stage, 'ledgerTable') };
      const answer = await call({ service: 'dynamodb', action, input });
      return answer === 'unknown' ? NOT_SUPPORTED : read(answer);
    },
    (error) => ({ state, ...explainAws(error, stage.name, `dynamodb:${action}`) }),
  );
}

function deploy({ name }: Stage): string {
  return `Deploy it: npm run deploy -- --stage ${name}`;
}

const NOT_SUPPORTED: Finding = { state: 'not checked', message: 'not supported by this AWS endpoint' };

/** @returns `unknown` if the endpoint is an emulator without this call. */
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

/** Names the next step after a failed call of AWS. */
function explainAws(error: unknown, stage: string, permission: string): { hint: string } {
  const { code } = failureOf(error);
  if (error instanceof UsageError || /NotFound|DoesNotExist|NonExistent/.test(code))
    return { hint: `Deploy it: npm run deploy -- --stage ${stage}` };
  const { message } = failureOf(error);
  if (/AccessDenied|NotAuthorized/.test(message)) return { hint: `Allow your AWS identity ${permission}.` };
  if (/UnrecognizedClient|InvalidClientTokenId|Expired|Signature|InvalidAccessKeyId/.test(message))
    return { hint: 'AWS rejects these credentials: log in again, or set others.' };
  return { hint: 'Check the region, and the network path to AWS.' };
}
