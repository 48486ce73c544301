import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Queue } from '../aws/queue.ts';
import { toSendableJson } from '../aws/sendable.ts';
import type { CleanupRequest } from '../cleanup/request.ts';
import type { Deadline } from '../deadline.ts';
import { failureOf } from '../failure.ts';
import { formatIssues } from '../issues.ts';
import { parseJson } from '../json.ts';
import { logWithin } from '../log.ts';
import { parseStep, type SweepContext, type SweepStep } from '../sweep/step.ts';
import { takeSweepStep } from '../sweep/take-step.ts';
import { handleBatch, SQS_TIMEOUT_MS } from './lambda-function.ts';

export interface SweepFunctionContext {
  readonly sweep: SweepContext;
  /** Queue of the steps. */
  readonly queue: Queue;
}

/**
 * Takes the steps of a batch, and queues their successors before a message is removed. Failed and unreadable messages return to
 * the queue, which dead-letters them in the end.
 */
export function sweepBatch(
  event: SQSEvent,
  deadline: Deadline,
  context: SweepFunctionContext,
): Promise<SQSBatchResponse> {
  return handleBatch(
    event,
    async ({ body }) => deadline.allowsMore() && (await takeMessage(body, deadline, context)),
  );
}

/** @returns whether the message may be removed. */
async function takeMessage(
  body: string,
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
 * Starts a sweep. A second start with the same id continues it.
 *
 * @param id of the invocation, which is the same when Lambda retries it.
 * @throws {ServiceError} if the organizations can't be listed, the ledger fails, or the queue rejects the steps.
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
    await queue.send(next.map(toSendableJson), SQS_TIMEOUT_MS);
    return next.length;
  });
}

/** Sends the cleanup requests of a sweep to the cleanup queue; rejects with an `AwsError` unless it has all of them. */
export function queueRequests(cleanupQueue: Queue): (requests: readonly CleanupRequest[]) => Promise<void> {
  return (requests) => cleanupQueue.send(requests.map(toSendableJson), SQS_TIMEOUT_MS);
}
