import { arrivedAt, parseRequest } from '../cleanup/request.ts';
import { parseJson } from '../json.ts';
import { ECR } from './built-in.ts';
import { interpretEvent, isEventBridgeEvent } from './eventbridge.ts';
import type { SnsNotification } from './sns-signature.ts';
import type { SourceEvent } from './source-event.ts';

/** Whoever may publish on a listed topic is trusted, so that the source of an event in it narrows nothing. */
const ANY_SOURCE = ['**'];

/**
 * SourceEvent of what was published on a topic: a cleanup request, or the service's own event `Repository Deleted`, as a
 * rule of EventBridge publishes it. Neither has happened after it was published.
 *
 * @param id of the request, whatever it says.
 */
export function interpretSnsNotification(
  { Message, MessageId, Timestamp }: SnsNotification,
  id: string,
): SourceEvent {
  const content = parseJson(Message);
  const delivery = { id, deliveryId: MessageId };
  if (!isEventBridgeEvent(content)) {
    const request = parseRequest(content, delivery, 'Message');
    return request.ok
      ? { type: 'request', request: arrivedAt({ ...request.value, ...delivery }, Timestamp) }
      : { type: 'unreadable', issues: request.issues };
  }
  const { source, sourceEvent } = interpretEvent(content, id, ANY_SOURCE);
  if (source === ECR) {
    const reason = 'an event of ECR is believed from its own rule only: let EventBridge send it to the queue';
    return { type: 'ignored', reason };
  }
  if (sourceEvent.type === 'request')
    return { ...sourceEvent, request: arrivedAt({ ...sourceEvent.request, ...delivery }, Timestamp) };
  if (sourceEvent.type !== 'unreadable') return sourceEvent;
  return {
    type: 'unreadable',
    issues: sourceEvent.issues.map((issue) => ({ ...issue, path: `Message.${issue.path}` })),
  };
}
