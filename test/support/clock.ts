/** Clock that moves only when `now` is set. */
export interface StoppedClock {
  now: number;
  readonly read: () => number;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

export function stopClock(at = '2026-11-24T03:00:00.000Z'): StoppedClock {
  const clock = { now: Date.parse(at), read: () => clock.now };
  return clock;
}
