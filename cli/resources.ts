import * as v from 'valibot';
import { UsageError } from '../command-line/options.ts';
import { AwsError } from '../lib/aws/aws-error.ts';
import { callAws } from '../lib/aws/call.ts';
import { DynamoLedger } from '../lib/ledger/cleanup-ledger.ts';
import { History } from '../lib/ledger/history.ts';
import { type ResourceNames, resourceNamesOf } from '../lib/resource-names.ts';
import { requireAws } from './aws.ts';
import type { Stage } from './stage.ts';

const TIMEOUT_MS = 10_000;
const VARIABLES = {
  cleanupQueue: 'CLEANUP_QUEUE_URL',
  deadLetterQueue: 'DEAD_LETTER_QUEUE_URL',
  sweepQueue: 'SWEEP_QUEUE_URL',
} as const satisfies Partial<Record<keyof ResourceNames, string>>;

export type QueueRole = keyof typeof VARIABLES;

const urlSchema = v.object({ QueueUrl: v.string() });

/** @throws {UsageError} if the stage has no such queue, {AwsError} if AWS doesn't say. */
export async function findQueueUrl({ name, region: chosen }: Stage, role: QueueRole): Promise<string> {
  const { region } = await requireAws(chosen);
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

export async function findTable({ name, region }: Stage): Promise<string> {
  await requireAws(region);
  return process.env['LEDGER_TABLE'] || resourceNamesOf(name).ledgerTable;
}

export async function openHistory(stage: Stage): Promise<History> {
  return new History(await findTable(stage));
}

export async function openLedger(stage: Stage): Promise<DynamoLedger> {
  const { defaultAccount, ledger } = stage.config;
  const { retentionDays } = ledger;
  return new DynamoLedger({ table: await findTable(stage), defaultAccount, retentionDays });
}
