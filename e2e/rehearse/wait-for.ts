import { setTimeout as delay } from 'node:timers/promises';

type WaitOptions = { timeoutMs: number; intervalMs?: number };

/** Asks again and again until there is an answer. `what` completes "timed out waiting for …". */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  { timeoutMs, intervalMs = 100 }: WaitOptions,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`timed out after ${timeoutMs / 1000} s waiting for ${what}`);
    await delay(intervalMs);
  }
}
