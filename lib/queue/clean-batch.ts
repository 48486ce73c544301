import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as v from 'valibot';
import { toSendableJson } from '../aws/sendable.ts';
import type { Cleaner } from '../cleanup/cleaner.ts';
import { type CleanupRequest, timestampSchema } from '../cleanup/request.ts';
import type { Config } from '../config/config.ts';
import type { Deadline } from '../deadline.ts';
import { failureOf } from '../failure.ts';
import { formatIssues } from '../issues.ts';
import { parseJson } from '../json.ts';
import { logWithin } from '../log.ts';
import { earlierOf } from '../times.ts';
import { busEventsOf, type EventBus } from './event-bus.ts';
import { handleBatch } from './lambda-function.ts';
import { readMessage } from './read-message.ts';
import { type ReceivedBody, type SettleContext, type Settlement, settle } from './settle.ts';

/** Up to this, the queue's own visibility timeout is long enough. */
const SHORT_WAIT_SECONDS = 5;
const HIDE_TIMEOUT_MS = 3000;

const timeSchema = v.fallback(v.optional(timestampSchema), undefined);
const deadLetteredSchema = v.fallback(v.object({ occurredAt: timeSchema }), { occurredAt: undefined });

export interface CleanContext extends SettleContext {
  readonly config: Config;
  readonly cleaner: Cleaner;
  /** Receive count of the last attempt, after which `clean` dead-letters a message. */
  readonly maxReceiveCount: number;
  readonly bus: EventBus;
}

/**
 * Cleans a batch of queue messages, one request at a time. A message that failed, or that the deadline came before, returns to
 * the queue alone.
 */
export function cleanBatch(
  event: SQSEvent,
  deadline: Deadline,
  context: CleanContext,
): Promise<SQSBatchResponse> {
  return handleBatch(event, (record) => cleanRecord(record, deadline, context));
}

/** @returns whether the message may be removed. */
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
      // The message has several requests, so each continues as one of its own.
      const body = requests.length === 1 ? record.body : toSendableJson(request);
      // Every line has the id, also those about a login for the request.
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

/** First arrival of a message: a dead-lettered one that was retried has it in its attributes and its request. */
function arrivalOf({ attributes, messageAttributes }: SQSRecord): string {
  const sentMs = Number(attributes.SentTimestamp);
  const sentAt = new Date(Number.isNaN(sentMs) ? Date.now() : sentMs).toISOString();
  const { arrivedAt, request } = messageAttributes;
  const { occurredAt } = v.parse(deadLetteredSchema, parseJson(request?.stringValue ?? ''));
  const times = [occurredAt, v.parse(timeSchema, arrivedAt?.stringValue)];
  return times.reduce<string>((earliest, time) => earlierOf(time, earliest), sentAt);
}

/** Returns the whole message if no queue accepts its failures. */
async function cleanAndSettle(
  request: CleanupRequest,
  received: ReceivedBody,
  deadline: Deadline,
  context: CleanContext,
): Promise<Settlement> {
  try {
    const result = await context.cleaner.clean(request, deadline);
    context.bus.publish(busEventsOf(result));
    return await settle(result, received, context);
  } catch (error) {
    context.log.error('not settled', { ...failureOf(error) });
    return { done: false };
  }
}

/** After a failure of this call, the queue's own visibility timeout counts. */
async function hide(record: SQSRecord, seconds: number, { queue, log }: CleanContext): Promise<void> {
  if (seconds <= SHORT_WAIT_SECONDS) return;
  try {
    await queue.hide(record.receiptHandle, seconds, HIDE_TIMEOUT_MS);
  } catch (error) {
    log.warn('not hidden', { seconds, ...failureOf(error) });
  }
}
