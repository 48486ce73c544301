import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as v from 'valibot';
import { toSendableJson } from '../aws/sendable.ts';
import { busEventsOf } from '../cleanup/bus-events.ts';
import type { Cleaner } from '../cleanup/cleaner.ts';
import { type CleanupRequest, timestampSchema } from '../cleanup/request.ts';
import type { Config } from '../config/config.ts';
import type { Deadline } from '../deadline.ts';
import { failureOf } from '../failure.ts';
import { formatIssues } from '../issues.ts';
import { parseJson } from '../json.ts';
import { logWithin } from '../log.ts';
import { earlierOf } from '../times.ts';
import type { EventBus } from './event-bus.ts';
import { readMessage } from './read-message.ts';
import { type Received, type SettleContext, type Settlement, settle } from './settle.ts';

/** A shorter wait is left to the queue's own visibility timeout. */
const SHORT_WAIT_SECONDS = 5;
const HIDE_TIMEOUT_MS = 3000;

const timeSchema = v.fallback(v.optional(timestampSchema), undefined);
const parkedSchema = v.fallback(v.object({ occurredAt: timeSchema }), { occurredAt: undefined });

export interface CleanContext extends SettleContext {
  readonly config: Config;
  readonly cleaner: Cleaner;
  /** The receive count at which the queue gives up on a message. */
  readonly maxReceiveCount: number;
  readonly bus: EventBus;
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
    const { messageId } = record;
    const done = await logWithin({ messageId }, () => cleanRecord(record, deadline, context));
    if (!done) batchItemFailures.push({ itemIdentifier: messageId });
  }
  return { batchItemFailures };
}

/** @returns whether the message may go. */
async function cleanRecord(record: SQSRecord, deadline: Deadline, context: CleanContext): Promise<boolean> {
  const { log } = context;
  if (!deadline.allowsMore()) {
    log.info('not begun');
    return false;
  }
  try {
    const { ignored, issues, requests } = readMessage(
      record.body,
      record.messageId,
      context.config,
      arrivalOf(record),
    );
    if (issues.length > 0) {
      await context.deadLetters.addUnreadable(record.body, formatIssues(issues));
      return true;
    }
    for (const reason of ignored) log.info('ignored', { reason });
    const waits: number[] = [];
    const lastTry = Number(record.attributes.ApproximateReceiveCount) >= context.maxReceiveCount;
    for (const request of requests) {
      // What one of several has come to is no longer what the message says.
      const body = requests.length === 1 ? record.body : toSendableJson(request);
      // Every line has the id, those about a login on the request's behalf included.
      const settlement = await logWithin({ id: request.id }, () =>
        cleanAndSettle(request, { body, lastTry }, deadline, context),
      );
      if (!settlement.done) waits.push(settlement.waitSeconds ?? 0);
    }
    if (waits.length === 0) return true;
    await hide(record, Math.max(...waits), context);
  } catch (error) {
    log.error('not settled', { ...failureOf(error) });
  }
  return false;
}

/** When a message came first: one that was dead-lettered and put back has that beside it, and its request. */
function arrivalOf({ attributes, messageAttributes }: SQSRecord): string {
  const sentMs = Number(attributes.SentTimestamp);
  const sentAt = new Date(Number.isNaN(sentMs) ? Date.now() : sentMs).toISOString();
  const { arrivedAt, request } = messageAttributes;
  const { occurredAt } = v.parse(parkedSchema, parseJson(request?.stringValue ?? ''));
  const times = [occurredAt, v.parse(timeSchema, arrivedAt?.stringValue)];
  return times.reduce<string>((earliest, time) => earlierOf(time, earliest), sentAt);
}

/** Where no queue takes what failed, the whole comes back. */
async function cleanAndSettle(
  request: CleanupRequest,
  origin: Received,
  deadline: Deadline,
  context: CleanContext,
): Promise<Settlement> {
  try {
    const result = await context.cleaner.clean(request, deadline);
    context.bus.publish(busEventsOf(result));
    return await settle(result, origin, context);
  } catch (error) {
    context.log.error('not settled', { ...failureOf(error) });
    return { done: false };
  }
}

/** If this fails, the message comes back after the queue's own visibility timeout. */
async function hide(record: SQSRecord, seconds: number, { queue, log }: CleanContext): Promise<void> {
  if (seconds <= SHORT_WAIT_SECONDS) return;
  try {
    await queue.hide(record.receiptHandle, seconds, HIDE_TIMEOUT_MS);
  } catch (error) {
    log.warn('not hidden', { seconds, ...failureOf(error) });
  }
}
