import * as v from 'valibot';
import { UsageError } from '../../command-line/options.ts';
import { AwsError, callAws } from '../../lib/aws/call.ts';
import { DeadLetterQueue } from '../../lib/aws/dead-letter-box.ts';
import { failureOf } from '../../lib/failure.ts';
import { findName, findQueueUrl, type QueueRole } from '../resources.ts';
import type { Stage } from '../stage.ts';
import { count } from '../table.ts';
import { type Check, type CheckResult, check } from './check.ts';

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

/** Checks that the stage's queues, ledger and event bus exist, and that the ledger expires entries and has backups. */
export function checkResources(stage: Stage): Promise<Check>[] {
  const deploy = `Deploy it: npm run deploy -- --stage ${stage.name}`;
  const table = ask(stage, 'ledger', 'dynamodb:DescribeTable', 'failed', async (answer) => {
    const { TableStatus } = v.parse(tableSchema, answer).Table;
    const message = `${await findName(stage, 'ledgerTable')} is ${TableStatus}`;
    if (TableStatus === 'ACTIVE') return { message };
    return { state: 'warning', message, hint: 'Wait until it is ACTIVE.' };
  });
  const ttl = () =>
    ask(stage, 'ledger TTL', 'dynamodb:DescribeTimeToLive', 'warning', (answer) => {
      const { TimeToLiveStatus, AttributeName } = v.parse(ttlSchema, answer).TimeToLiveDescription;
      if (TimeToLiveStatus === 'ENABLED' && AttributeName === 'expiresAt')
        return { message: `entries expire after ${stage.config.ledger.retentionDays} days` };
      return { state: 'warning', message: 'entries never expire', hint: deploy };
    });
  const backups = () =>
    ask(stage, 'ledger backups', 'dynamodb:DescribeContinuousBackups', 'warning', (answer) => {
      const { PointInTimeRecoveryDescription: recovery } = v.parse(
        backupsSchema,
        answer,
      ).ContinuousBackupsDescription;
      if (recovery?.PointInTimeRecoveryStatus === 'ENABLED')
        return { message: 'can be restored to any second of the last 35 days' };
      return { state: 'warning', message: 'point-in-time recovery is off', hint: deploy };
    });
  return [
    checkQueue(stage, 'cleanup queue', 'cleanupQueue'),
    checkQueue(stage, 'dead-letter queue', 'deadLetterQueue'),
    checkQueue(stage, 'sweep queue', 'sweepQueue'),
    table,
    // The ledger of `npm start` has neither.
    ...(stage.name === 'local' ? [] : [ttl(), backups()]),
    ask(stage, 'event bus', 'events:DescribeEventBus', 'failed', (answer) => ({
      message: v.parse(busSchema, answer).Name,
    })),
  ];
}

/** Checks that a queue exists, and counts its messages. */
function checkQueue(stage: Stage, name: string, role: QueueRole): Promise<Check> {
  const read = async (): Promise<CheckResult> => {
    const { waiting, taken } = await new DeadLetterQueue(await findQueueUrl(stage, role)).depth();
    const message = `${count(waiting, 'message')} waiting, ${taken} in flight`;
    if (role !== 'deadLetterQueue' || waiting + taken === 0) return { message };
    const hint = `See why each is there: swr-sync failed list --stage ${stage.name}`;
    return { state: 'warning', message, hint };
  };
  const permission = 'sqs:GetQueueUrl and sqs:GetQueueAttributes';
  return check(name, read, (error) => explainAws(error, stage.name, permission));
}

/**
 * Checks what AWS says about the ledger's table or the event bus.
 *
 * @param permission that names the service and the action.
 * @param state of a call that failed.
 */
function ask(
  stage: Stage,
  name: string,
  permission: `${'dynamodb' | 'events'}:${string}`,
  state: 'failed' | 'warning',
  read: (answer: unknown) => CheckResult | Promise<CheckResult>,
): Promise<Check> {
  const isBus = permission.startsWith('events:');
  const action = permission.slice(permission.indexOf(':') + 1);
  return check(
    name,
    async () => {
      const resource = await findName(stage, isBus ? 'eventBus' : 'ledgerTable');
      const input = isBus ? { Name: resource } : { TableName: resource };
      const service = isBus ? 'events' : 'dynamodb';
      return read(await callAws({ service, action, input, timeoutMs: TIMEOUT_MS }));
    },
    (error) => ({ state, ...explainAws(error, stage.name, permission) }),
  );
}

/** Next step after a failed call of AWS. */
export function explainAws(error: unknown, stage: string, permission: string): Partial<CheckResult> {
  const { code, message } = failureOf(error);
  // An emulator without this call.
  if (error instanceof AwsError && /^Unknown|InvalidAction|NotImplemented/.test(code))
    return { state: 'not checked', message: 'not supported by this AWS endpoint' };
  if (error instanceof UsageError || /NotFound|DoesNotExist|NonExistent/.test(code))
    return { hint: `Deploy it: npm run deploy -- --stage ${stage}` };
  if (/AccessDenied|NotAuthorized/.test(message)) return { hint: `Allow your AWS identity ${permission}.` };
  if (/UnrecognizedClient|InvalidClientTokenId|Expired|Signature|InvalidAccessKeyId/.test(message))
    return { hint: 'AWS rejects these credentials: log in again, or set others.' };
  return { hint: 'Check the region, and the network path to AWS.' };
}
