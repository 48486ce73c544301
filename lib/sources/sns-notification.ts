import { parseRequest } from '../cleanup/request.ts';
import { ECR } from './built-in.ts';
import { interpretEvent, isEventBridgeEvent } from './eventbridge.ts';
import { parseJson } from './json-text.ts';
import type { Meaning } from './meaning.ts';
import type { SnsNotification } from './sns-signature.ts';

/** Whoever may publish on a listed topic is believed, so that the source of an event in it narrows nothing. */
const ANY_SOURCE = ['**'];

/**
 * What was published on a topic: a cleanup request, or the service's own event `Repository Deleted`, as a rule of
 * EventBridge publishes it.
 *
 * @param id of a request that has none of its own.
 */
export function interpretSnsNotification(
  { Message, MessageId, Timestamp }: SnsNotification,
  id: string,
): Meaning {
  const content = parseJson(Message);
  const defaults = { id, deliveryId: MessageId, occurredAt: Timestamp };
  if (!isEventBridgeEvent(content)) {
    const request = parseRequest(content, defaults, 'Message');
    return request.ok
      ? { type: 'request', request: request.value }
      : { type: 'unreadable', faults: request.faults };
  }
  const { source, meaning } = interpretEvent(content, id, ANY_SOURCE);
  if (source === ECR) {
    const reason = 'an event of ECR is believed from its own rule only: let EventBridge send it to the queue';
    return { type: 'ignored', reason };
  }
  if (meaning.type === 'request') return { ...meaning, request: { ...defaults, ...meaning.request } };
  if (meaning.type !== 'unreadable') return meaning;
  return {
    type: 'unreadable',
    faults: meaning.faults.map((fault) => ({ ...fault, path: `Message.${fault.path}` })),
  };
}
