const UNITS_MS = new Map(Object.entries({ s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }));
const DURATION = /^(\d{1,6})([smhdw])$/;

/** Milliseconds of a duration such as `90m`, `2h` or `7d`; undefined for another text. */
export function parseDuration(text: string): number | undefined {
  const [, amount = '', unit = ''] = DURATION.exec(text) ?? [];
  const unitMs = UNITS_MS.get(unit);
  return unitMs === undefined ? undefined : Number(amount) * unitMs;
}

/**
 * Compares two ISO 8601 times with their zones, to the precision in which they are written: SWR writes microseconds, and a `Date`
 * has milliseconds.
 *
 * @returns above 0 if the first is later, 0 if they are the same, NaN if one of them can't be read.
 */
export function compareTimes(one: string, other: string): number {
  const difference = Date.parse(one) - Date.parse(other);
  return difference === 0 ? beyondMilliseconds(one) - beyondMilliseconds(other) : difference;
}

/** The earlier one of two times, as it is written; the other one where one is missing. */
export function earlierOf(one: string | undefined, other: string): string {
  return one === undefined || compareTimes(one, other) > 0 ? other : one;
}

/** The fourth to ninth digit of the second's fraction. */
function beyondMilliseconds(time: string): number {
  const digits = /\.\d{3}(\d{1,6})/.exec(time)?.[1] ?? '';
  return Number(digits.padEnd(6, '0'));
}
