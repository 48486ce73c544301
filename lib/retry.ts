import { pause as pauseFor } from './clock.ts';
import type { Deadline } from './deadline.ts';
import { failureOf } from './failure.ts';

interface RetryOptions {
  /** Number of calls at most; 3 if missing. */
  readonly attempts?: number;
  /** Pause before the second call, give or take half of it; three times as long before each further one. 200 if missing. */
  readonly firstPauseMs?: number;
  /** A timer if missing. */
  readonly pause?: (ms: number) => Promise<void>;
}

/**
 * Makes a call, and retries it after transient failures while the deadline allows the pause. The pause is that of Retry-After
 * where the answer had one.
 *
 * @throws the error of the first call.
 */
export async function retry<T>(
  call: () => Promise<T>,
  deadline: Deadline,
  { attempts = 3, firstPauseMs = 200, pause = pauseFor }: RetryOptions = {},
): Promise<T> {
  let first: unknown;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      first ??= error;
      const { retryable, retryAfterSeconds } = failureOf(error);
      const pauseMs =
        retryAfterSeconds === undefined
          ? firstPauseMs * 3 ** (attempt - 1) * (0.5 + Math.random())
          : retryAfterSeconds * 1000;
      const isLast = attempt === attempts || pauseMs >= deadline.remainingMs() || !deadline.allowsMore();
      if (!retryable || isLast) throw first;
      await pause(pauseMs);
      if (!deadline.allowsMore()) throw first;
    }
  }
}
