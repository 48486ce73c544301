import * as v from 'valibot';
import { timestampSchema } from '../cleanup/request.ts';

/** As seconds it is the year 5138, as milliseconds 1973. */
const FIRST_IN_MILLISECONDS = 100_000_000_000;
/** The year 5138 in milliseconds; above it stand microseconds, which CTS does not write. */
const LIMIT_MS = 100_000_000_000_000;

/**
 * A time of CTS as ISO 8601: it comes in seconds or milliseconds since 1970, as a number or a text, or as ISO 8601.
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
