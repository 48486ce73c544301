import * as v from 'valibot';
import { parseRequest, timestampSchema } from '../cleanup/request.ts';
import { faultsOf } from '../faults.ts';
import { interpretTrace } from './cts-trace.ts';
import type { Meaning } from './meaning.ts';
import type { Delivery, Source } from './source.ts';
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

type Event = v.InferOutput<typeof eventSchema>;

/** One event, and where in the delivery its attributes and its data lie: the faults' paths begin so. */
interface Place {
  readonly event: unknown;
  readonly attributes: string;
  readonly data: string;
}

/**
 * CloudEvents 1.0 over HTTP: `repository.deleted`, whose data is a cleanup request, and the traces of SWR that EventGrid
 * of Huawei Cloud passes on; structured, binary, or several at once. They are signed the way of Standard Webhooks, which
 * covers the body only: in the binary mode it proves the data, but none of the attributes.
 */
export const cloudevents = {
  routed: false,
  provedBy: 'secret',

  parseSecret: parseSigningSecret,
  verify: verifyStandardSignature,

  interpret({ headers }: Delivery, body: unknown, receivedAt: string): Meaning | readonly Meaning[] {
    const places = findEvents(headers, body);
    if (!Array.isArray(places)) return interpretEvent(places, receivedAt);
    if (places.length === 0) return { type: 'ignored', reason: 'the batch holds no event' };
    return places.map((place) => interpretEvent(place, receivedAt));
  },
} satisfies Source;

/** What is signed decides: the headers count only where the body doesn't look like an event, or several. */
function findEvents(headers: Delivery['headers'], body: unknown): Place | Place[] {
  const whole = { event: body, attributes: '', data: 'data' };
  if (isObject(body) && 'specversion' in body) return whole;
  const says = (headers['content-type'] ?? '').toLowerCase();
  if (!says.startsWith('application/cloudevents') && headers['ce-specversion'] !== undefined) {
    const event = {
      specversion: headers['ce-specversion'],
      id: headers['ce-id'],
      type: headers['ce-type'],
      source: headers['ce-source'],
      time: headers['ce-time'],
      data: body,
    };
    return { event, attributes: 'headers', data: '' };
  }
  if (Array.isArray(body)) return body.map((event: unknown, index) => placeIn(event, `[${index}]`));
  if (!isObject(body) || !Array.isArray(body['events'])) return whole;
  return body['events'].map((event: unknown, index) => placeIn(event, `events[${index}]`));
}

function placeIn(event: unknown, path: string): Place {
  return { event, attributes: path, data: `${path}.data` };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function interpretEvent({ event, attributes, data }: Place, receivedAt: string): Meaning {
  const parsed = v.safeParse(eventSchema, event);
  if (!parsed.success) {
    const faults = faultsOf(parsed.issues, attributes);
    return {
      type: 'unreadable',
      faults: faults.map((fault) => ({ ...fault, path: fault.path.replace(/^headers\./, 'headers.ce-') })),
    };
  }
  const { type, source } = parsed.output;
  if (type === 'repository.deleted') return interpretDeletion(parsed.output, receivedAt, data);
  if (!SWR_TRACE.test(type)) {
    return { type: 'ignored', reason: `event ${type} is neither repository.deleted nor a trace of SWR` };
  }
  if (source !== 'HC.SWR') {
    return { type: 'ignored', reason: `event ${type} comes from ${source}, not from HC.SWR` };
  }
  return interpretSwrTrace(parsed.output, receivedAt, data);
}

function interpretDeletion({ id, time, data }: Event, receivedAt: string, path: string): Meaning {
  const request = parseRequest(data, { id: id.slice(0, 200), occurredAt: time ?? receivedAt }, path);
  return request.ok
    ? { type: 'request', request: request.value }
    : { type: 'unreadable', faults: request.faults };
}

function interpretSwrTrace({ id, time, data }: Event, receivedAt: string, path: string): Meaning {
  const fallback = { id: id.slice(0, 200), receivedAt: time ?? receivedAt };
  if (!isObject(data) || data['cts'] === undefined) return interpretTrace(data, fallback, path);
  return interpretTrace(data['cts'], fallback, path === '' ? 'cts' : `${path}.cts`);
}
