import * as v from 'valibot';
import { UsageError } from '../command-line/options.ts';
import { timestampSchema } from '../lib/cleanup/request.ts';

const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const DURATION = /^(\d{1,6})([smhdw])$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

/**
 * Reads a point in time: ISO 8601 with its zone, a day (its beginning in UTC), or so long ago, such as `90m`, `2h` or `3d`.
 *
 * @returns ISO 8601 in UTC.
 * @throws {UsageError}
 */
export function parseTime(text: string, nowMs: number): string {
  const [, amount, unit] = DURATION.exec(text) ?? [];
  if (amount !== undefined && isUnit(unit))
    return new Date(nowMs - Number(amount) * UNITS_MS[unit]).toISOString();
  const isDay = DAY.test(text);
  const time = isDay ? `${text}T00:00:00Z` : text;
  // A 31st of November would be read as the 1st of December.
  const isThere = v.is(timestampSchema, time) && (!isDay || new Date(time).toISOString().startsWith(text));
  if (!isThere) {
    throw new UsageError(
      `${text} is no time: expected one such as 2026-11-24T03:00:00Z, a day such as 2026-11-24, or so long ago, such as 90m, 2h or 3d.`,
    );
  }
  return new Date(time).toISOString();
}

function isUnit(unit: string | undefined): unit is keyof typeof UNITS_MS {
  return unit !== undefined && Object.hasOwn(UNITS_MS, unit);
}

/** A time in a table, whose head says that it is UTC. */
export function formatTime(time: string | undefined): string {
  if (time === undefined) return '-';
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? time : new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
