import { parseRequest } from '../cleanup/request.ts';
import type { Config } from '../config/config.ts';
import { interpretEvent, isEventBridgeEvent } from './eventbridge.ts';
import { parseJson } from './json-text.ts';
import { type Resolved, resolveMeaning } from './meaning.ts';

/**
 * What a queue message means: a cleanup request, an event of EventBridge, or an SNS notification around one of them.
 *
 * @param id for a request that has none of its own.
 */
export function readMessage(body: string, id: string, config: Config): readonly Resolved[] {
  const content = parseJson(body);
  return readPayload(isNotification(content) ? parseJson(content.Message) : content, id, config);
}

/** What the payload of an invocation means: a cleanup request, or an event of EventBridge with all its destinations. */
export function readPayload(payload: unknown, id: string, config: Config): readonly Resolved[] {
  if (isEventBridgeEvent(payload)) {
    const { meaning, ...origin } = interpretEvent(payload, id, config.events.allowedSources);
    return resolveMeaning(meaning, origin, config);
  }
  const request = parseRequest(payload, { id });
  return [
    request.ok ? { type: 'request', request: request.value } : { type: 'unreadable', faults: request.faults },
  ];
}

function isNotification(content: unknown): content is { readonly Message: string } {
  return (
    typeof content === 'object' &&
    content !== null &&
    'Type' in content &&
    content.Type === 'Notification' &&
    'Message' in content &&
    typeof content.Message === 'string'
  );
}
