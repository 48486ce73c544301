import type { Queue } from '../aws/queue.ts';
import { toSendableJson } from '../aws/sendable.ts';
import type { CleanupResult } from '../cleanup/outcome.ts';
import { isSmaller, type Remainder, remaindersOf, waitOf } from '../cleanup/remainder.ts';
import type { Log } from '../log.ts';
import type { DeadLetters } from './dead-letters.ts';

const TIMEOUT_MS = 3000;

export interface Received {
  /** What the request was read from. */
  readonly body: string;
  /** The queue gives up after this try by itself, and would not say why. */
  readonly lastTry: boolean;
}

export interface SettleContext {
  readonly queue: Queue;
  readonly deadLetters: DeadLetters;
  readonly log: Log;
}

export type Settlement =
  /** Nothing is left to do: what was received may go. */
  | { readonly done: true }
  /** It has to come back, after so many seconds if the other side said so. */
  | { readonly done: false; readonly waitSeconds?: number };

/**
 * Sees to it that every failure of a result is in one queue or the other before what it came from is given up.
 *
 * @throws {AwsError} if a queue doesn't take its part; then the whole has to come back.
 */
export async function settle(
  result: CleanupResult,
  { body, lastTry }: Received,
  { queue, deadLetters, log }: SettleContext,
): Promise<Settlement> {
  const { retry, person } = remaindersOf(result);
  for (const part of person) {
    // What came may hold more than what is parked: that goes on by itself.
    await park(retry === undefined ? body : toSendableJson(part.request), part, deadLetters);
  }
  if (retry === undefined) return { done: true };
  const waitSeconds = waitOf(retry.failures);
  if (person.length > 0 || isSmaller(retry.request, result.request)) {
    // A message of its own, whose tries count anew.
    await queue.send([toSendableJson(retry.request)], TIMEOUT_MS, waitSeconds);
    noteWhatFollows(retry, log);
    return { done: true };
  }
  if (lastTry) {
    await park(body, retry, deadLetters);
    return { done: true };
  }
  noteWhatFollows(retry, log);
  return { done: false, ...(waitSeconds !== undefined && { waitSeconds }) };
}

/** An organization that was too large for one time has nothing to try again. */
function noteWhatFollows({ failures }: Remainder, log: Log): void {
  const [first] = failures;
  if (first === undefined) log.info('continued');
  else log.info('retried', { code: first.code, waitSeconds: waitOf(failures) });
}

async function park(body: string, { request, failures }: Remainder, deadLetters: DeadLetters): Promise<void> {
  const [first, ...others] = failures;
  if (first === undefined) return;
  await deadLetters.park(body, [first, ...others], request);
}
