import { toSendableJson, tryToSendableJson } from '../aws/sendable.ts';
import { busEventsOf, failedAnswerEvents } from '../cleanup/bus-events.ts';
import type { CleanupResult } from '../cleanup/outcome.ts';
import type { CleanupRequest } from '../cleanup/request.ts';
import { joinTexts } from '../cut-text.ts';
import type { Deadline } from '../deadline.ts';
import { formatIssues, show } from '../issues.ts';
import { MAX_OUTPUT_BYTES, takeFitting } from '../limits.ts';
import { logWithin } from '../log.ts';
import { isEventBridgeEvent } from '../sources/eventbridge.ts';
import type { CleanContext } from './clean-batch.ts';
import { readPayload } from './read-message.ts';
import { settle } from './settle.ts';

const TIMEOUT_MS = 3000;
/** Of the answer to an event, which nobody reads. */
const MAX_RESULTS_BYTES = MAX_OUTPUT_BYTES - 1024;

export type InvocationAnswer =
  | CleanupResult
  /** Of an event that a route leads to several repositories. `more`: number of results that would make it too large. */
  | { readonly results: readonly CleanupResult[]; readonly more?: number }
  | { readonly status: 'ignored' | 'dead-lettered'; readonly reason: string };

/**
 * Works off what the function was invoked with: a cleanup request or an event of EventBridge.
 *
 * Whoever sends a request sees the outcomes and decides what to do about failures. Nobody reads the answer to an event,
 * so what failed of it goes to the queues.
 *
 * @param id of a request that has none of its own.
 * @throws {Error} if the payload is neither, with every issue; {AwsError} if a queue doesn't take what failed.
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
    // What one of several has come to is no longer what the event says.
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

/** @param body of the event; missing where somebody waits for the answer. */
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
    await queue.send([toSendableJson(result.rest ?? request)], TIMEOUT_MS, settlement.waitSeconds);
  return result;
}
