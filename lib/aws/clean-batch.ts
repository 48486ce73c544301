import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { announcementsOf } from '../cleanup/announcement.ts';
import type { Cleaner } from '../cleanup/cleaner.ts';
import type { Config } from '../config/config.ts';
import type { Deadline } from '../deadline.ts';
import { failureOf } from '../failure.ts';
import { formatFaults } from '../faults.ts';
import type { Log } from '../log.ts';
import { readMessage } from '../sources/envelope.ts';
import { sortResolved } from '../sources/meaning.ts';
import type { EventBus } from './event-bus.ts';
import { toSendableJson } from './sendable.ts';
import { type SettleContext, settle } from './settle.ts';

/** A shorter wait is left to the queue's own visibility timeout. */
const SHORT_WAIT_SECONDS = 5;
const HIDE_TIMEOUT_MS = 3000;

export interface CleanContext extends SettleContext {
  readonly config: Config;
  readonly cleaner: Cleaner;
  /** The receive count at which the queue gives up on a message. */
  readonly maxReceiveCount: number;
  readonly bus: EventBus;
  readonly log: Log;
}

/**
 * Works off a batch of queue messages, one request at a time. A message that failed, or for which there is no time any
 * more, is given back alone.
 */
export async function cleanBatch(
  { Records }: SQSEvent,
  deadline: Deadline,
  context: CleanContext,
): Promise<SQSBatchResponse> {
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const record of Records) {
    const done = deadline.allowsMore() && (await cleanRecord(record, deadline, context));
    if (!done) batchItemFailures.push({ itemIdentifier: record.messageId });
  }
  return { batchItemFailures };
}

/** @returns whether the message may go. */
async function cleanRecord(record: SQSRecord, deadline: Deadline, context: CleanContext): Promise<boolean> {
  const log = context.log.with({ messageId: record.messageId });
  try {
    const { ignored, faults, requests } = sortResolved(
      readMessage(record.body, record.messageId, context.config),
    );
    if (faults.length > 0) {
      await context.deadLetters.parkUnreadable(record.body, formatFaults(faults));
      return true;
    }
    for (const reason of ignored) log.info('ignored', { reason });
    const waits: number[] = [];
    for (const request of requests) {
      const result = await context.cleaner.clean(request, deadline);
      context.bus.announce(announcementsOf(result));
      const lastTry = Number(record.attributes.ApproximateReceiveCount) >= context.maxReceiveCount;
      // What one of several has come to is no longer what the message says.
      const body = requests.length === 1 ? record.body : toSendableJson(request);
      const settlement = await settle(result, { body, lastTry }, context);
      if (!settlement.done) waits.push(settlement.waitSeconds ?? 0);
    }
    if (waits.length === 0) return true;
    await hide(record, Math.max(...waits), context, log);
  } catch (error) {
    log.error('not settled', { ...failureOf(error) });
  }
  return false;
}

/** If this fails, the message comes back after the queue's own visibility timeout. */
async function hide(record: SQSRecord, seconds: number, { queue }: CleanContext, log: Log): Promise<void> {
  if (seconds <= SHORT_WAIT_SECONDS) return;
  try {
    await queue.hide(record.receiptHandle, seconds, HIDE_TIMEOUT_MS);
  } catch (error) {
    log.warn('not hidden', { seconds, ...failureOf(error) });
  }
}
