import type { Deadline } from '../../lib/deadline.ts';

/** Time enough for everything. */
export const noHurry: Deadline = { remainingMs: () => 60_000, allowsMore: () => true };

/** Anything may be started, and every call is given up after so long. */
export function givingUpAfter(ms: number): Deadline {
  return { remainingMs: () => ms, allowsMore: () => true };
}

/** Deadline that allows a number of starts. */
export function allowing(count: number): Deadline {
  let left = count;
  return {
    remainingMs: () => 60_000,
    allowsMore: () => {
      left -= 1;
      return left >= 0;
    },
  };
}
