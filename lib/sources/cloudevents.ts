import * as v from 'valibot';
import { parseRequest, timestampSchema } from '../cleanup/request.ts';
import { show, toIssues } from '../issues.ts';
import { interpretTrace } from './cts-trace.ts';
import type { Signed, Source } from './source.ts';
import { interpretEach, type SourceEvent } from './source-event.ts';
import { parseSigningSecret, verifyStandardSignature } from './standard-signature.ts';

const SWR_TRACE = /^SWR:CloudTrace:(?:ApiCall|ConsoleAction|SystemAction)$/;

const attribute = v.pipe(v.string(), v.minLength(1));
const eventSchema = v.object({
  specversion: v.literal('1.0'),
  id: attribute,
  type: attribute,
  source: attribute,
  time: v.nullish(timestampSchema),
  data: v.optional(v.unknown()),
});

type Fallback = Parameters<typeof interpretTrace>[1];

/** One event, and its path in the delivery, with which the issues' paths begin. */
interface PlacedEvent {
  readonly event: unknown;
  readonly path: string;
}

/**
 * CloudEvents 1.0 over HTTP: `repository.deleted`, whose data is a cleanup request, and the traces of SWR that EventGrid
 * of Huawei Cloud forwards; structured, or several at once. They are signed as Standard Webhooks are, which covers only the
 * body. In the binary mode the attributes are in headers, so only a trace counts: its body has all that is needed.
 */
export const cloudevents = {
  routed: false,
  verifiedBy: 'secret',

  parseSecret: parseSigningSecret,
  verify: verifyStandardSignature,
  deliveryIdHeaders: ['webhook-id'],

  interpret(body: unknown, { key }: Signed, receivedAt: string): SourceEvent | readonly SourceEvent[] {
    const bare = interpretBare(body, { id: key, receivedAt });
    if (bare !== undefined) return bare;
    const { events, path } = findEvents(body);
    if (events === undefined) return interpretCloudEvent({ event: body, path }, key, receivedAt);
    if (events.length === 0) return { type: 'ignored', reason: 'the batch holds no event' };
    return interpretEach(events, path, (event, place) =>
      interpretCloudEvent({ event, path: place }, key, receivedAt),
    );
  },
} satisfies Source;

/** Source event of a body that is the data of an event alone; undefined if it is an event, or several. */
function interpretBare(body: unknown, fallback: Fallback): SourceEvent | undefined {
  if (Array.isArray(body)) return undefined;
  if (!isRecord(body)) return unreadableEvent('', body, 'an event in the structured mode, or several');
  const isEvent = 'specversion' in body || ('type' in body && 'source' in body);
  if (isEvent || Array.isArray(body['events'])) return undefined;
  if (isRecord(body['cts'])) return interpretTrace(body['cts'], fallback, 'cts');
  if ('trace_name' in body) return interpretTrace(body, fallback);
  // The attributes in headers are not signed.
  return 'namespace' in body
    ? unreadableEvent(
        'specversion',
        undefined,
        'an event in the structured mode: the headers of the binary mode are not signed',
      )
    : { type: 'ignored', reason: 'the body is no event: send it in the structured mode' };
}

function findEvents(body: unknown): { readonly events?: readonly unknown[]; readonly path: string } {
  if (Array.isArray(body)) return { events: body, path: '' };
  const several = isRecord(body) && !('specversion' in body) ? body['events'] : undefined;
  return Array.isArray(several) ? { events: several, path: 'events' } : { path: '' };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadableEvent(path: string, found: unknown, expected: string): SourceEvent {
  return { type: 'unreadable', issues: [{ path, found: show(found), expected }] };
}

function interpretCloudEvent({ event, path }: PlacedEvent, key: string, receivedAt: string): SourceEvent {
  const parsed = v.safeParse(eventSchema, event);
  if (!parsed.success) return { type: 'unreadable', issues: toIssues(parsed.issues, path) };
  const { type, source, id, time, data } = parsed.output;
  const fallback = { id: key, deliveryId: id, receivedAt: time ?? receivedAt };
  const dataPath = path === '' ? 'data' : `${path}.data`;
  if (type === 'repository.deleted') return interpretDeletion(data, fallback, dataPath);
  if (!SWR_TRACE.test(type)) {
    return { type: 'ignored', reason: `event ${type} is neither repository.deleted nor a trace of SWR` };
  }
  if (source !== 'HC.SWR') {
    return { type: 'ignored', reason: `event ${type} comes from ${source}, not from HC.SWR` };
  }
  return isRecord(data) && data['cts'] !== undefined
    ? interpretTrace(data['cts'], fallback, `${dataPath}.cts`)
    : interpretTrace(data, fallback, dataPath);
}

function interpretDeletion(data: unknown, { receivedAt, ...ids }: Fallback, path: string): SourceEvent {
  const request = parseRequest(data, { ...ids, occurredAt: receivedAt }, path);
  return request.ok
    ? { type: 'request', request: request.value }
    : { type: 'unreadable', issues: request.issues };
}
