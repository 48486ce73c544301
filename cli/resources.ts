import * as v from 'valibot';
import { UsageError } from '../command-line/options.ts';
import { AwsError, callAws } from '../lib/aws/call.ts';
import { Table } from '../lib/aws/table.ts';
import { DynamoLedger } from '../lib/ledger/cleanup-ledger.ts';
import { History } from '../lib/ledger/history.ts';
import type { Log } from '../lib/log.ts';
import { EventBus } from '../lib/queue/event-bus.ts';
import { resourceNamesOf } from '../lib/resource-names.ts';
import { findCaller } from './caller.ts';
import type { Run } from './run.ts';
import type { Stage } from './stage.ts';

const TIMEOUT_MS = 10_000;
/** Variables that name a stage's resources, as in the functions. They win over the names of `serverless.yml`. */
const VARIABLES = {
  cleanupQueue: 'CLEANUP_QUEUE_URL',
  deadLetterQueue: 'DEAD_LETTER_QUEUE_URL',
  sweepQueue: 'SWEEP_QUEUE_URL',
  ledgerTable: 'LEDGER_TABLE',
  eventBus: 'EVENT_BUS_NAME',
} as const;

export type QueueRole = Extract<keyof typeof VARIABLES, `${string}Queue`>;

const urlSchema = v.object({ QueueUrl: v.string() });

/** @throws {UsageError} if the stage has no such queue, {AwsError} if AWS can't be asked. */
export async function findQueueUrl({ name, aws }: Stage, role: QueueRole): Promise<string> {
  const { region } = await aws();
  const given = process.env[VARIABLES[role]];
  if (given) return given;
  const QueueName = resourceNamesOf(name)[role];
  try {
    const input = { QueueName };
    const answer = await callAws({ service: 'sqs', action: 'GetQueueUrl', input, timeoutMs: TIMEOUT_MS });
    return v.parse(urlSchema, answer).QueueUrl;
  } catch (error) {
    if (!(error instanceof AwsError) || !/QueueDoesNotExist|NonExistentQueue/.test(error.failure.code))
      throw error;
    throw new UsageError(
      `There is no queue ${QueueName} in ${region}: is stage ${name} deployed there? Choose another region with --region.`,
      { cause: error },
    );
  }
}

/** Finds the name of a stage's table or event bus. */
export async function findName(stage: Stage, role: 'ledgerTable' | 'eventBus'): Promise<string> {
  await stage.aws();
  return process.env[VARIABLES[role]] || resourceNamesOf(stage.name)[role];
}

/** Opens the table of the stage's ledger. */
export async function openTable(stage: Stage): Promise<Table> {
  return new Table(await findName(stage, 'ledgerTable'));
}

/** Opens the stage's ledger for reading. */
export async function openHistory(stage: Stage): Promise<History> {
  return new History(await openTable(stage));
}

/** Opens the stage's ledger for cleanups by the caller. */
export async function openLedger(stage: Stage, run: Run): Promise<DynamoLedger> {
  const { defaultAccount, ledger } = stage.config;
  const { retentionDays } = ledger;
  const [table, by] = await Promise.all([openTable(stage), findCaller(stage, run)]);
  return new DynamoLedger({ table, defaultAccount, retentionDays, by });
}

/** Opens the stage's event bus. Events that can't be published are lines of the log. */
export async function openBus(stage: Stage, log: Log): Promise<EventBus> {
  return new EventBus({ name: await findName(stage, 'eventBus'), stage: stage.name, log });
}
