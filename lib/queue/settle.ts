import type { Queue } from '../aws/queue.ts';
import { toSendableJson } from '../aws/sendable.ts';
import { type CleanupResult, type FailedOutcome, failedOutcomes, waitOf } from '../cleanup/outcome.ts';
import type { CleanupRequest } from '../cleanup/request.ts';
import type { Log } from '../log.ts';
import type { DeadLetters } from './dead-letters.ts';
import { SQS_TIMEOUT_MS } from './lambda-function.ts';

export interface ReceivedBody {
  readonly body: string;
  /** True if SQS would move the message to the dead-letter queue after this attempt, without a reason. */
  readonly lastTry: boolean;
}

export interface SettleContext {
  readonly queue: Queue;
  readonly deadLetters: DeadLetters;
  readonly log: Log;
}

export type Settlement =
  /** The message may be removed. */
  | { readonly done: true }
  /** The message must return to the queue, after `waitSeconds` if a server asked for it. */
  | { readonly done: false; readonly waitSeconds?: number };

/** Failed part of a request, as a request of its own. */
interface Remainder {
  readonly request: CleanupRequest;
  readonly failures: readonly FailedOutcome[];
}

/** Failed parts of a request: one to retry, and those to dead-letter. */
export interface Remainders {
  readonly retry?: Remainder;
  readonly permanent: readonly Remainder[];
}

/**
 * Puts every failure of a result into a queue, before its message is removed.
 *
 * @throws {AwsError} if a queue rejects its part; then the whole message must return.
 */
export async function settle(
  result: CleanupResult,
  { body, lastTry }: ReceivedBody,
  { queue, deadLetters, log }: SettleContext,
): Promise<Settlement> {
  const { retry, permanent } = remaindersOf(result);
  for (const part of permanent) {
    // The body may include other parts, which go on.
    await deadLetter(retry === undefined ? body : toSendableJson(part.request), part, deadLetters);
  }
  if (retry === undefined) return { done: true };
  const waitSeconds = waitOf(retry.failures);
  if (permanent.length > 0 || isSmaller(retry.request, result.request)) {
    // A new message, whose attempts are counted from 0.
    await queue.send([toSendableJson(retry.request)], SQS_TIMEOUT_MS, waitSeconds);
    logRetry(retry, log);
    return { done: true };
  }
  if (lastTry) {
    await deadLetter(body, retry, deadLetters);
    return { done: true };
  }
  logRetry(retry, log);
  return { done: false, ...(waitSeconds !== undefined && { waitSeconds }) };
}

/** A large organization continues without a failure. */
function logRetry({ failures }: Remainder, log: Log): void {
  const [first] = failures;
  if (first === undefined) log.info('continued');
  else log.info('retried', { code: first.code, waitSeconds: waitOf(failures) });
}

async function deadLetter(
  body: string,
  { request, failures }: Remainder,
  deadLetters: DeadLetters,
): Promise<void> {
  const [first, ...others] = failures;
  if (first === undefined) return;
  await deadLetters.add(body, [first, ...others], request);
}

/** Splits a result by the kind of its failures. If they can't be split by target, all are retried first. */
export function remaindersOf({ request, outcomes, rest }: CleanupResult): Remainders {
  const failures = failedOutcomes(outcomes);
  const retry = failures.filter(({ retryable }) => retryable);
  const permanent = failures.filter(({ retryable }) => !retryable);
  if (rest !== undefined) {
    // Nothing is finished: the next attempt repeats everything, permanent failures included.
    if (!isSmaller(rest, request)) return { retry: { request, failures }, permanent: [] };
    return {
      retry: { request: rest, failures: retry },
      permanent: permanent.map((failure) => narrowToOne(request, failure)),
    };
  }
  if (retry.length === 0)
    return { permanent: permanent.length === 0 ? [] : [{ request, failures: permanent }] };
  if (permanent.length === 0) return { retry: { request, failures: retry }, permanent: [] };
  const retried = narrow(request, retry);
  const deadLettered = narrow(request, permanent);
  if (retried === undefined || deadLettered === undefined) {
    return { retry: { request, failures }, permanent: [] };
  }
  return {
    retry: { request: retried, failures: retry },
    permanent: [{ request: deadLettered, failures: permanent }],
  };
}

/** Checks that a part of an organization is done, so that only the rest must return. */
function isSmaller(rest: CleanupRequest, request: CleanupRequest): boolean {
  return (rest.offset ?? 0) > (request.offset ?? 0);
}

/** Request for the failed targets alone; undefined if a failure concerns more than a target. */
function narrow(request: CleanupRequest, failures: readonly FailedOutcome[]): CleanupRequest | undefined {
  const targets = failures.flatMap(({ target }) => (target === undefined ? [] : [target]));
  if (request.repository === undefined || targets.length < failures.length) return undefined;
  return { ...request, targets };
}

/** Request for one failure in one repository of an organization. */
function narrowToOne(organization: CleanupRequest, failure: FailedOutcome): Remainder {
  // The delivery has other requests now, in an unknown number.
  const { offset: _, after: __, siblings: ___, ...request } = organization;
  const { repository, target } = failure;
  return {
    request: { ...request, ...(repository && { repository }), ...(target && { targets: [target] }) },
    failures: [failure],
  };
}
