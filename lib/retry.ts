import type { Deadline } from './deadline.ts';
import { failureOf } from './failure.ts';

const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 200;

/**
 * Makes a call, and again where that may help and there is time to wait for it.
 *
 * @throws what it failed with the first time.
 */
export async function retry<T>(call: () => Promise<T>, deadline: Deadline): Promise<T> {
  let first: unknown;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      first ??= error;
      const { retryable, retryAfterSeconds } = failureOf(error);
      const pauseMs =
        retryAfterSeconds === undefined
          ? FIRST_PAUSE_MS * 3 ** (attempt - 1) * (0.5 + Math.random())
          : retryAfterSeconds * 1000;
      const isLast = attempt === ATTEMPTS || pauseMs >= deadline.remainingMs() || !deadline.allowsMore();
      if (!retryable || isLast) throw first;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
