import * as v from 'valibot';
import { arrivedAt, isDeliveryId, parseRequest, timestampSchema, toDeliveryId } from '../cleanup/request.ts';
import type { Config } from '../config/config.ts';
import { parseJson } from '../json.ts';
import { type Resolution, resolveEvents } from '../routing/resolve.ts';
import { interpretEvent, isEventBridgeEvent } from '../sources/eventbridge.ts';
import { type SourceEvent, unreadable } from '../sources/source-event.ts';
import { earlierOf } from '../times.ts';

const notificationSchema = v.object({
  Type: v.literal('Notification'),
  Message: v.string(),
  MessageId: v.fallback(v.optional(v.string()), undefined),
  Timestamp: v.fallback(v.optional(timestampSchema), undefined),
});

/** Channel and time of a message. */
interface Arrival {
  /** Id of a request or event without one. */
  readonly fallbackId: string;
  /** Delivery id for the id of a request, which its sender chooses. */
  readonly idOf: (own: string) => string;
  /** Id that replaces every other one, also that of an EventBridge event. */
  readonly id?: string;
  /** ISO 8601. Missing for an invocation: the ledger counts no time after now. */
  readonly at?: string;
}

/**
 * Reads a queue message: a cleanup request, an event of EventBridge, or an SNS notification around one of them.
 *
 * @param messageId id of a request or event without one.
 * @param at time of the message, ISO 8601.
 */
export function readMessage(
  body: string,
  messageId: string,
  config: Config,
  at = new Date().toISOString(),
): Resolution {
  const content = parseJson(body);
  const fallbackId = toDeliveryId('queue', messageId);
  const notification = v.safeParse(notificationSchema, content);
  if (!notification.success) {
    return readContent(content, config, {
      fallbackId,
      idOf: (own) => (isDeliveryId(own) ? own : toDeliveryId('queue', own)),
      at,
    });
  }
  const { Message, MessageId, Timestamp } = notification.output;
  const id = MessageId === undefined ? fallbackId : toDeliveryId('sns', MessageId);
  return readContent(parseJson(Message), config, {
    fallbackId: id,
    idOf: () => id,
    id,
    at: earlierOf(Timestamp, at),
  });
}

/**
 * Reads the payload of an invocation: a cleanup request, or an event of EventBridge with all its destinations.
 *
 * @param invocationId id of a request without one.
 */
export function readPayload(payload: unknown, invocationId: string, config: Config): Resolution {
  return readContent(payload, config, {
    fallbackId: toDeliveryId('invoke', invocationId),
    idOf: (own) => toDeliveryId('invoke', own),
  });
}

function readContent(content: unknown, config: Config, arrival: Arrival): Resolution {
  if (isEventBridgeEvent(content)) return readEventContent(content, config, arrival);
  const origin = { source: '', id: arrival.fallbackId };
  return resolveEvents([readRequestContent(content, arrival)], origin, config);
}

/** The requests of one event share its limit: `siblings` is the number of the others. */
function readEventContent(event: unknown, config: Config, { fallbackId, id, at }: Arrival): Resolution {
  const { sourceEvent, ...origin } = interpretEvent(event, fallbackId, config.events.allowedSources);
  const resolution = resolveEvents([sourceEvent], origin, config);
  const fields = { siblings: resolution.requests.length - 1, ...(id !== undefined && { id }) };
  const requests = resolution.requests.map((request) => arrivedAt({ ...request, ...fields }, at));
  return { ...resolution, requests };
}

function readRequestContent(content: unknown, { fallbackId, idOf, id, at }: Arrival): SourceEvent {
  const parsed = parseRequest(content, { id: '' });
  if (!parsed.ok) return unreadable(...parsed.issues);
  const { id: own, siblings, ...rest } = parsed.value;
  const given = id ?? (own === '' ? fallbackId : idOf(own));
  const label = id === undefined || own === '' ? {} : { deliveryId: own };
  // Only this service's own ids come with a trusted number of siblings.
  const known = given === own && siblings !== undefined ? { siblings } : {};
  return { type: 'request', request: arrivedAt({ ...rest, ...label, ...known, id: given }, at) };
}
