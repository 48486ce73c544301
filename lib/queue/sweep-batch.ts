import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Queue } from '../aws/queue.ts';
import { toSendableJson } from '../aws/sendable.ts';
import type { CleanupRequest } from '../cleanup/request.ts';
import type { Deadline } from '../deadline.ts';
import { failureOf } from '../failure.ts';
import { formatIssues } from '../issues.ts';
import { parseJson } from '../json.ts';
import { logWithin } from '../log.ts';
import type { SweepContext } from '../sweep/context.ts';
import { parseStep, type SweepStep } from '../sweep/step.ts';
import { takeSweepStep } from '../sweep/take-step.ts';

const TIMEOUT_MS = 3000;

export interface SweepFunctionContext {
  readonly sweep: SweepContext;
  /** Where the steps wait. */
  readonly queue: Queue;
}

/**
 * Takes the steps of a batch, and queues those that follow before a message may go. What fails, and what can't be read, is given
 * back: the queue tries it again, and parks it in the end.
 */
export async function sweepBatch(
  { Records }: SQSEvent,
  deadline: Deadline,
  context: SweepFunctionContext,
): Promise<SQSBatchResponse> {
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const record of Records) {
    const { messageId } = record;
    const done =
      deadline.allowsMore() && (await logWithin({ messageId }, () => takeRecord(record, deadline, context)));
    if (!done) batchItemFailures.push({ itemIdentifier: messageId });
  }
  return { batchItemFailures };
}

/** @returns whether the message may go. */
async function takeRecord(
  { body }: SQSRecord,
  deadline: Deadline,
  context: SweepFunctionContext,
): Promise<boolean> {
  const { log } = context.sweep;
  const parsed = parseStep(parseJson(body));
  if (!parsed.ok) {
    log.error('unreadable step', { reason: formatIssues(parsed.issues) });
    return false;
  }
  try {
    await takeAndQueue(parsed.value, deadline, context);
    return true;
  } catch (error) {
    log.error('step failed', { ...parsed.value, ...failureOf(error) });
    return false;
  }
}

/**
 * Begins a sweep. Begun twice with the same id, it is the same one.
 *
 * @param id of the invocation, which stays the same when Lambda tries it again.
 * @throws {ServiceError} if the organizations can't be listed, the ledger fails, or the queue doesn't take the steps.
 */
export async function beginSweep(
  id: string,
  deadline: Deadline,
  context: SweepFunctionContext,
): Promise<{ readonly sweep: string; readonly steps: number }> {
  const startedAt = new Date((context.sweep.now ?? Date.now)()).toISOString();
  const steps = await takeAndQueue({ step: 'start', sweep: id, startedAt }, deadline, context);
  return { sweep: id, steps };
}

function takeAndQueue(
  step: SweepStep,
  deadline: Deadline,
  { sweep, queue }: SweepFunctionContext,
): Promise<number> {
  return logWithin({ sweep: step.sweep }, async () => {
    const next = await takeSweepStep(step, deadline, sweep);
    await queue.send(next.map(toSendableJson), TIMEOUT_MS);
    return next.length;
  });
}

/** What a sweep asks for goes the way of every cleanup request. */
export function queueRequests(cleanupQueue: Queue): (requests: readonly CleanupRequest[]) => Promise<void> {
  return (requests) => cleanupQueue.send(requests.map(toSendableJson), TIMEOUT_MS);
}
