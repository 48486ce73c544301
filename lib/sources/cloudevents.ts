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

/** One event, and where in the delivery it lies: the issues' paths begin so. */
interface Place {
  readonly event: unknown;
  readonly path: string;
}

/**
 * CloudEvents 1.0 over HTTP: `repository.deleted`, whose data is a cleanup request, and the traces of SWR that EventGrid
 * of Huawei Cloud passes on; structured, or several at once. They are signed the way of Standard Webhooks, which covers the
 * body only: in the binary mode none of the attributes, so that only a trace counts, which says itself what it is.
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
    if (events === undefined) return interpretEvent({ event: body, path }, key, receivedAt);
    if (events.length === 0) return { type: 'ignored', reason: 'the batch holds no event' };
    return interpretEach(events, path, (event, place) =>
      interpretEvent({ event, path: place }, key, receivedAt),
    );
  },
} satisfies Source;

/** SourceEvent of a body that is the data of an event alone; undefined where it is an event, or several. */
function interpretBare(body: unknown, fallback: Fallback): SourceEvent | undefined {
  if (Array.isArray(body)) return undefined;
  if (!isObject(body)) return unreadable('', body, 'an event in the structured mode, or several');
  const isEvent = 'specversion' in body || ('type' in body && 'source' in body);
  if (isEvent || Array.isArray(body['events'])) return undefined;
  if (isObject(body['cts'])) return interpretTrace(body['cts'], fallback, 'cts');
  if ('trace_name' in body) return interpretTrace(body, fallback);
  // What a header says of it is not signed.
  return 'namespace' in body
    ? unreadable(
        'specversion',
        undefined,
        'an event in the structured mode: the headers of the binary mode are not signed',
      )
    : { type: 'ignored', reason: 'the body is no event: send it in the structured mode' };
}

function findEvents(body: unknown): { readonly events?: readonly unknown[]; readonly path: string } {
  if (Array.isArray(body)) return { events: body, path: '' };
  const several = isObject(body) && !('specversion' in body) ? body['events'] : undefined;
  return Array.isArray(several) ? { events: several, path: 'events' } : { path: '' };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(path: string, found: unknown, expected: string): SourceEvent {
  return { type: 'unreadable', issues: [{ path, found: show(found), expected }] };
}

function interpretEvent({ event, path }: Place, key: string, receivedAt: string): SourceEvent {
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
  return isObject(data) && data['cts'] !== undefined
    ? interpretTrace(data['cts'], fallback, `${dataPath}.cts`)
    : interpretTrace(data, fallback, dataPath);
}

function interpretDeletion(data: unknown, { receivedAt, ...ids }: Fallback, path: string): SourceEvent {
  const request = parseRequest(data, { ...ids, occurredAt: receivedAt }, path);
  return request.ok
    ? { type: 'request', request: request.value }
    : { type: 'unreadable', issues: request.issues };
}
