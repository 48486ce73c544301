import type { Random } from './random.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

/** When an event is said to have happened, and times for tasks that are older and newer than that. */
export interface Moment {
  /** Missing where the time of arrival counts, or none. */
  readonly occurredAt?: string;
  /** At the latest the moment itself. */
  readonly before: () => string;
  readonly after: () => string;
}

/**
 * A moment of the past that the event names, with microseconds. A task may be older or newer by one of them.
 *
 * @param now milliseconds since the epoch.
 */
export function namedMoment(random: Random, now: number): Moment {
  const ms = now - random.integer(1, MINUTE_MS);
  const microseconds = random.integer(1, 998);
  const close = () => random.chance(0.2);
  return {
    occurredAt: write(ms, microseconds),
    before: () =>
      close()
        ? write(ms, microseconds - random.integer(0, 1))
        : write(ms - random.integer(1, 900 * DAY_MS), random.integer(0, 999)),
    after: () =>
      close()
        ? write(ms, microseconds + 1)
        : write(ms + random.integer(1, MINUTE_MS), random.integer(0, 999)),
  };
}

/** The event names no time: its arrival counts, which is still to come. */
export function arrival(random: Random, now: number): Moment {
  return {
    before: () => write(now - random.integer(1, 900 * DAY_MS), random.integer(0, 999)),
    after: () => write(now + random.integer(1 * DAY_MS, 2 * DAY_MS), random.integer(0, 999)),
  };
}

/** As SWR writes it: without the zeros at the end. */
export function write(ms: number, microseconds = 0): string {
  const [seconds, fraction = ''] = new Date(ms).toISOString().slice(0, -1).split('.');
  const digits = `${fraction}${String(microseconds).padStart(3, '0')}`.replace(/0+$/, '');
  return `${seconds}${digits === '' ? '' : `.${digits}`}Z`;
}
