import * as v from 'valibot';
import { timestampSchema } from '../cleanup/request.ts';
import { type Issue, show } from '../issues.ts';
import { ignored, interpretAs, type SourceEvent, unreadable } from './source-event.ts';
import { findNames } from './trace-names.ts';

/** Limit between seconds (year 5138) and milliseconds (year 1973). */
const FIRST_IN_MILLISECONDS = 100_000_000_000;
/** Year 5138 in milliseconds. Larger numbers would be microseconds, which CTS does not write. */
const LIMIT_MS = 100_000_000_000_000;

const traceSchema = v.object({
  service_type: v.string(),
  trace_name: v.string(),
  trace_id: v.nullish(v.string()),
  trace_status: v.nullish(v.string()),
  trace_rating: v.nullish(v.string()),
  resource_type: v.nullish(v.string()),
  resource_name: v.nullish(v.string()),
  code: v.optional(v.unknown()),
  time: v.optional(v.unknown()),
  record_time: v.optional(v.unknown()),
  message: v.optional(v.unknown()),
  request: v.optional(v.unknown()),
});

type Trace = v.InferOutput<typeof traceSchema>;

interface DeletionTrace {
  readonly of: 'repository' | 'organization';
  /** Required type, if several kinds of resources have traces of this name. */
  readonly resourceType?: string;
}

/** Deletions by trace name: the shared edition's, one in two spellings, then the Enterprise edition's. */
const DELETIONS: ReadonlyMap<string, DeletionTrace> = new Map([
  ['deleteImageRepository', { of: 'repository' }],
  ['deleteUserNamespace', { of: 'organization' }],
  ['deleteUserNamesapce', { of: 'organization' }],
  ['deleteRepository', { of: 'repository', resourceType: 'repository' }],
  ['deleteNamespace', { of: 'organization', resourceType: 'namespace' }],
]);

/**
 * Interprets a trace of CTS (Cloud Trace Service): only the successful deletion of a repository or of an organization of
 * SWR is a cleanup request. Source: CTS user guide, "Trace Structure".
 *
 * @param fallback the request's id, and the label and time of a trace that has none.
 * @param path of the trace in its document; the issues' paths begin with it.
 */
export function interpretTrace(
  input: unknown,
  fallback: { readonly id: string; readonly deliveryId?: string; readonly receivedAt: string },
  path = '',
): SourceEvent {
  return interpretAs(traceSchema, input, path, (trace) => {
    const { service_type: service, trace_name: name } = trace;
    if (service !== 'SWR') return ignored(`trace ${name} is of ${service}, not of SWR`);
    const deletion = findDeletion(trace);
    if (deletion === undefined)
      return ignored(`trace ${name} is not the deletion of a repository or an organization`);
    const doubt = doubtSuccess(trace);
    if (doubt !== undefined) return ignored(`trace ${name} deleted nothing: ${doubt}`);

    const found = findNames(trace, deletion.of);
    if (found.type === 'missing') return unreadableTrace(path, found.issue);
    if (found.type === 'ambiguous') return ignored(found.reason);
    const occurredAt = timeOf(trace, fallback.receivedAt);
    if (occurredAt === undefined) {
      const expected = 'a time in seconds or milliseconds since 1970, or in ISO 8601 with its zone';
      return unreadableTrace(path, { path: 'time', found: show(trace.time ?? trace.record_time), expected });
    }
    const { id, deliveryId } = fallback;
    const label = trace.trace_id || deliveryId;
    const about = { version: 1, id, occurredAt, ...(label !== undefined && { deliveryId: label }) } as const;
    return { type: 'request', request: { ...about, ...found.names } };
  });
}

function unreadableTrace(prefix: string, issue: Issue): SourceEvent {
  return unreadable({ ...issue, path: prefix === '' ? issue.path : `${prefix}.${issue.path}` });
}

function findDeletion({ trace_name: name, resource_type: type }: Trace): DeletionTrace | undefined {
  const deletion = DELETIONS.get(name);
  const fits = deletion?.resourceType === undefined || deletion.resourceType === type?.toLowerCase();
  return fits ? deletion : undefined;
}

/** Reason to doubt that the operation succeeded; undefined if it did. */
function doubtSuccess({ trace_status: status, trace_rating: rating, code }: Trace): string | undefined {
  const verdicts = [status, rating].flatMap((verdict) => (verdict ? [verdict.toLowerCase()] : []));
  const bad = verdicts.find((verdict) => verdict !== 'normal');
  if (bad !== undefined) return `the operation failed (${bad})`;
  const known = (typeof code === 'string' && code.trim() !== '') || typeof code === 'number';
  const httpStatus = known ? Number(code) : Number.NaN;
  if (httpStatus >= 300) return `the operation failed with code ${httpStatus}`;
  // Some services write 0 for a success, others the HTTP status.
  const succeeded = httpStatus === 0 || httpStatus >= 200;
  return verdicts.length > 0 || succeeded ? undefined : 'the trace does not say that the operation succeeded';
}

/** Time of a trace; undefined if it is unreadable: a guess that is too late would reach newer tasks. */
function timeOf({ time, record_time: recorded }: Trace, receivedAt: string): string | undefined {
  const said = [time, recorded].filter((each) => each !== undefined && each !== null && each !== '');
  if (said.length === 0) return receivedAt;
  return said.map(readTraceTime).find((read) => read !== undefined);
}

/**
 * Time of CTS as ISO 8601. CTS sends seconds or milliseconds since 1970, as a number or a text, or ISO 8601.
 *
 * @returns undefined if it can't be read.
 */
export function readTraceTime(time: unknown): string | undefined {
  if (v.is(timestampSchema, time)) return time;
  const digits = typeof time === 'number' ? String(time) : time;
  if (typeof digits !== 'string' || !/^\d{1,15}(?:\.\d{1,9})?$/.test(digits)) return undefined;
  const count = Number(digits);
  const ms = count < FIRST_IN_MILLISECONDS ? count * 1000 : count;
  return count > 0 && ms < LIMIT_MS ? new Date(ms).toISOString() : undefined;
}
