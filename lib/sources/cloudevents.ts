import * as v from 'valibot';
import { parseRequest, timestampSchema } from '../cleanup/request.ts';
import { show } from '../issues.ts';
import { interpretTrace } from './cts-trace.ts';
import type { Source } from './source.ts';
import {
  ignored,
  interpretAs,
  interpretEach,
  requested,
  type SourceEvent,
  unreadable,
} from './source-event.ts';
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

  interpret(body, { key: id }, receivedAt) {
    const fallback = { id, receivedAt };
    const bare = interpretBare(body, fallback);
    if (bare !== undefined) return bare;
    const { events, path } = findEvents(body);
    if (events === undefined) return interpretCloudEvent(body, path, fallback);
    if (events.length === 0) return ignored('the batch holds no event');
    return interpretEach(events, path, (event, place) => interpretCloudEvent(event, place, fallback));
  },
} satisfies Source;

/** Source event of a body that is the data of an event alone; undefined if it is an event, or several. */
function interpretBare(body: unknown, fallback: Fallback): SourceEvent | undefined {
  if (Array.isArray(body)) return undefined;
  if (!isRecord(body))
    return unreadable({
      path: '',
      found: show(body),
      expected: 'an event in the structured mode, or several',
    });
  const isEvent = 'specversion' in body || ('type' in body && 'source' in body);
  if (isEvent || Array.isArray(body['events'])) return undefined;
  if (isRecord(body['cts'])) return interpretTrace(body['cts'], fallback, 'cts');
  if ('trace_name' in body) return interpretTrace(body, fallback);
  // The attributes in headers are not signed.
  if (!('namespace' in body)) return ignored('the body is no event: send it in the structured mode');
  const expected = 'an event in the structured mode: the headers of the binary mode are not signed';
  return unreadable({ path: 'specversion', found: show(undefined), expected });
}

function findEvents(body: unknown): { readonly events?: readonly unknown[]; readonly path: string } {
  if (Array.isArray(body)) return { events: body, path: '' };
  const several = isRecord(body) && !('specversion' in body) ? body['events'] : undefined;
  return Array.isArray(several) ? { events: several, path: 'events' } : { path: '' };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function interpretCloudEvent(event: unknown, path: string, { id, receivedAt }: Fallback): SourceEvent {
  return interpretAs(eventSchema, event, path, ({ type, source, id: deliveryId, time, data }) => {
    const fallback = { id, deliveryId, receivedAt: time ?? receivedAt };
    const dataPath = path === '' ? 'data' : `${path}.data`;
    if (type === 'repository.deleted')
      return requested(parseRequest(data, { id, deliveryId, occurredAt: fallback.receivedAt }, dataPath));
    if (!SWR_TRACE.test(type))
      return ignored(`event ${type} is neither repository.deleted nor a trace of SWR`);
    if (source !== 'HC.SWR') return ignored(`event ${type} comes from ${source}, not from HC.SWR`);
    return isRecord(data) && data['cts'] !== undefined
      ? interpretTrace(data['cts'], fallback, `${dataPath}.cts`)
      : interpretTrace(data, fallback, dataPath);
  });
}
