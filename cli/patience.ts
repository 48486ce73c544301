import { setTimeout as pause } from 'node:timers/promises';
import type { Failure } from '../lib/failure.ts';
import type { Interruption } from './interruption.ts';

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 500;
/** Nobody watches a command for longer without a word. */
const LONGEST_PAUSE_MS = 30_000;

/**
 * Waits before another try, as the queue does for the functions.
 *
 * @param attempt that has failed, counted from 1.
 * @returns false if no other one makes sense, or after Ctrl-C.
 */
export async function waitToRetry(
  attempt: number,
  { retryable, retryAfterSeconds }: Pick<Failure, 'retryable' | 'retryAfterSeconds'>,
  { signal }: Interruption,
): Promise<boolean> {
  const pauseMs =
    retryAfterSeconds === undefined
      ? FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random())
      : retryAfterSeconds * 1000;
  if (!retryable || attempt === ATTEMPTS || pauseMs > LONGEST_PAUSE_MS) return false;
  await pause(pauseMs, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}
