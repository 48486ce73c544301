import { toSendableJson, tryToSendableJson } from '../aws/sendable.ts';
import type { CleanupResult } from '../cleanup/outcome.ts';
import type { CleanupRequest } from '../cleanup/request.ts';
import { joinTexts } from '../cut-text.ts';
import type { Deadline } from '../deadline.ts';
import { formatIssues, show } from '../issues.ts';
import { MAX_OUTPUT_BYTES, takeFitting } from '../limits.ts';
import { logWithin } from '../log.ts';
import { isEventBridgeEvent } from '../sources/eventbridge.ts';
import type { CleanContext } from './clean-batch.ts';
import { busEventsOf, failedAnswerEvents } from './event-bus.ts';
import { SQS_TIMEOUT_MS } from './lambda-function.ts';
import { readPayload } from './read-message.ts';
import { settle } from './settle.ts';

/** Limit of the answer to an event. */
const MAX_RESULTS_BYTES = MAX_OUTPUT_BYTES - 1024;

export type InvocationAnswer =
  | CleanupResult
  /** Answer to an event with several destinations. `more`: number of results that were omitted for size. */
  | { readonly results: readonly CleanupResult[]; readonly more?: number }
  | { readonly status: 'ignored' | 'dead-lettered'; readonly reason: string };

/**
 * Cleans the payload of a direct invocation: a cleanup request or an event of EventBridge.
 *
 * The caller of a request gets its outcomes and handles the failures. An event has no caller, so its failures go to the queues.
 *
 * @param id of a request without one.
 * @throws {Error} if the payload is neither, with every issue; {AwsError} if a queue rejects a failure.
 */
export async function cleanInvocation(
  payload: unknown,
  id: string,
  deadline: Deadline,
  context: CleanContext,
): Promise<InvocationAnswer> {
  const { config, deadLetters, log } = context;
  const { ignored, issues, requests } = readPayload(payload, id, config);
  const isEvent = isEventBridgeEvent(payload);
  if (issues.length > 0) {
    const reason = formatIssues(issues);
    if (!isEvent) throw new Error(`The payload is neither a cleanup request nor an event: ${reason}`);
    const body = tryToSendableJson(payload) ?? toSendableJson({ unreadable: show(payload) });
    await deadLetters.addUnreadable(body, reason);
    return { status: 'dead-lettered', reason };
  }
  const results: CleanupResult[] = [];
  for (const request of requests) {
    // The event has several requests, so each continues as one of its own.
    const whole = isEvent && requests.length === 1 ? tryToSendableJson(payload) : undefined;
    const body = isEvent ? (whole ?? toSendableJson(request)) : undefined;
    results.push(await logWithin({ id: request.id }, () => cleanOne(request, body, deadline, context)));
  }
  const { first, more } = isEvent ? takeFitting(results, MAX_RESULTS_BYTES) : { first: results, more: 0 };
  if (more > 0) return { results: first, more };
  const [only] = results;
  if (only !== undefined) return results.length === 1 ? only : { results };
  const reason = joinTexts(ignored);
  log.info('ignored', { reason });
  return { status: 'ignored', reason };
}

/** @param body of the event; missing for a request, whose caller gets the answer. */
async function cleanOne(
  request: CleanupRequest,
  body: string | undefined,
  deadline: Deadline,
  context: CleanContext,
): Promise<CleanupResult> {
  const { cleaner, queue, bus } = context;
  const result = await cleaner.clean(request, deadline);
  bus.publish(busEventsOf(result));
  if (body === undefined) {
    bus.publish(failedAnswerEvents(result));
    return result;
  }
  const settlement = await settle(result, { body, lastTry: false }, context);
  if (!settlement.done)
    await queue.send([toSendableJson(result.rest ?? request)], SQS_TIMEOUT_MS, settlement.waitSeconds);
  return result;
}
