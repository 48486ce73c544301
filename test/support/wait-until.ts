import { setTimeout as pause } from 'node:timers/promises';

/** Looks again and again until something is so; fails if it isn't within ten seconds. */
export async function waitUntil(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`waited in vain until ${what}`);
    await pause(20);
  }
}
