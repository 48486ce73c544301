import { setTimeout as pause } from 'node:timers/promises';

/**
 * Spreads what is done over time.
 *
 * @param perSecond so often it may be done in a second; 0 sets no limit.
 * @returns to be awaited before each time.
 */
export function paceOf(perSecond: number, now: () => number = () => performance.now()): () => Promise<void> {
  let nextAt = now();
  return async () => {
    if (perSecond === 0) return;
    const at = nextAt;
    nextAt = Math.max(at, now()) + 1000 / perSecond;
    const waitMs = at - now();
    if (waitMs > 0) await pause(waitMs);
  };
}
