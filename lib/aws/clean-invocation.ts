import type { CleanupResult } from '../cleanup/outcome.ts';
import type { Deadline } from '../deadline.ts';
import { formatFaults } from '../faults.ts';
import { readPayload } from '../sources/envelope.ts';
import { isEventBridgeEvent } from '../sources/eventbridge.ts';
import type { CleanContext } from './clean-batch.ts';
import { toSendableJson } from './sendable.ts';
import { settle } from './settle.ts';

const TIMEOUT_MS = 3000;

export type InvocationAnswer =
  | CleanupResult
  | { readonly status: 'ignored' | 'parked'; readonly reason: string };

/**
 * Works off what the function was invoked with: a cleanup request or an event of EventBridge.
 *
 * Whoever sends a request sees the outcomes and decides what to do about failures. Nobody reads the answer to an event,
 * so what failed of it goes to the queues.
 *
 * @param id of a request that has none of its own.
 * @throws {Error} if the payload is neither, with every fault; {AwsError} if a queue doesn't take what failed.
 */
export async function cleanInvocation(
  payload: unknown,
  id: string,
  deadline: Deadline,
  context: CleanContext,
): Promise<InvocationAnswer> {
  const { config, cleaner, deadLetters, queue, log } = context;
  const resolved = readPayload(payload, id, config);
  const isEvent = isEventBridgeEvent(payload);
  if (resolved.type === 'ignored') {
    log.info('ignored', { reason: resolved.reason });
    return { status: 'ignored', reason: resolved.reason };
  }
  if (resolved.type === 'unreadable') {
    const reason = formatFaults(resolved.faults);
    if (!isEvent) throw new Error(`The payload is neither a cleanup request nor an event: ${reason}`);
    await deadLetters.park(toSendableJson(payload), { code: 'UNREADABLE', message: reason });
    return { status: 'parked', reason };
  }
  const result = await cleaner.clean(resolved.request, deadline);
  if (isEvent) {
    const settlement = await settle(result, { body: toSendableJson(payload), lastTry: false }, context);
    if (!settlement.done) {
      await queue.send([toSendableJson(result.request)], TIMEOUT_MS, settlement.waitSeconds);
    }
  }
  return result;
}
