/**
 * Milliseconds of a clock that never jumps, for measuring and limiting. `performance.now()` would do as well, but
 * loads a module of its own in each cold start.
 */
export function monotonicMs(): number {
  return process.uptime() * 1000;
}

/** Waits for a number of milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
