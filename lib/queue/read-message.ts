import * as v from 'valibot';
import { idIn, isGivenId } from '../cleanup/delivery-id.ts';
import { arrivedAt, parseRequest, timestampSchema } from '../cleanup/request.ts';
import type { Config } from '../config/config.ts';
import { parseJson } from '../json.ts';
import { NO_EVENTS, type Resolution, resolveEvents } from '../routing/resolve.ts';
import { interpretEvent, isEventBridgeEvent } from '../sources/eventbridge.ts';
import { earlierOf } from '../times.ts';

const notificationSchema = v.object({
  Type: v.literal('Notification'),
  Message: v.string(),
  MessageId: v.fallback(v.optional(v.string()), undefined),
  Timestamp: v.fallback(v.optional(timestampSchema), undefined),
});

/** How something came, and when. */
interface Arrival {
  /** The id of what has none of its own. */
  readonly fallbackId: string;
  /** The id of a request by its own one, which its sender chooses. */
  readonly idOf: (own: string) => string;
  /** The id of whatever is in it, an event of EventBridge included. */
  readonly id?: string;
  /** ISO 8601. Missing for an invocation: the ledger takes no time after now. */
  readonly at?: string;
}

/**
 * What a queue message means: a cleanup request, an event of EventBridge, or an SNS notification around one of them.
 *
 * @param messageId the id of what has none of its own.
 * @param at when the message came; ISO 8601.
 */
export function readMessage(
  body: string,
  messageId: string,
  config: Config,
  at = new Date().toISOString(),
): Resolution {
  const content = parseJson(body);
  const fallbackId = idIn('queue', messageId);
  const notification = v.safeParse(notificationSchema, content);
  if (!notification.success) {
    return read(content, config, {
      fallbackId,
      idOf: (own) => (isGivenId(own) ? own : idIn('queue', own)),
      at,
    });
  }
  const { Message, MessageId, Timestamp } = notification.output;
  const id = MessageId === undefined ? fallbackId : idIn('sns', MessageId);
  return read(parseJson(Message), config, {
    fallbackId: id,
    idOf: () => id,
    id,
    at: earlierOf(Timestamp, at),
  });
}

/**
 * What the payload of an invocation means: a cleanup request, or an event of EventBridge with all its destinations.
 *
 * @param invocationId the id of what has none of its own.
 */
export function readPayload(payload: unknown, invocationId: string, config: Config): Resolution {
  return read(payload, config, {
    fallbackId: idIn('invoke', invocationId),
    idOf: (own) => idIn('invoke', own),
  });
}

function read(content: unknown, config: Config, arrival: Arrival): Resolution {
  return isEventBridgeEvent(content) ? readEvent(content, config, arrival) : readRequest(content, arrival);
}

/** The requests of one event share its limit, and each knows of the others. */
function readEvent(event: unknown, config: Config, { fallbackId, id, at }: Arrival): Resolution {
  const { sourceEvent, ...origin } = interpretEvent(event, fallbackId, config.events.allowedSources);
  const resolution = resolveEvents([sourceEvent], origin, config);
  const fields = { siblings: resolution.requests.length - 1, ...(id !== undefined && { id }) };
  const requests = resolution.requests.map((request) => arrivedAt({ ...request, ...fields }, at));
  return { ...resolution, requests };
}

function readRequest(content: unknown, { fallbackId, idOf, id, at }: Arrival): Resolution {
  const parsed = parseRequest(content, { id: '' });
  if (!parsed.ok) return { ...NO_EVENTS, issues: parsed.issues };
  const { id: own, siblings, ...rest } = parsed.value;
  const given = id ?? (own === '' ? fallbackId : idOf(own));
  const label = id === undefined || own === '' ? {} : { deliveryId: own };
  // Who gave the id also knows how many requests there are under it.
  const known = given === own && siblings !== undefined ? { siblings } : {};
  return { ...NO_EVENTS, requests: [arrivedAt({ ...rest, ...label, ...known, id: given }, at)] };
}
