import type { FunctionProcess } from '../../local/function-process.ts';
import type { Tally } from './tally.ts';

/**
 * Begins a sweep every so many seconds, as a schedule does, whether or not the one before is done.
 *
 * @returns ends it.
 */
export function sweepAgainAndAgain(
  sweep: Pick<FunctionProcess, 'invoke'> | undefined,
  everySeconds: number,
  tally: Tally,
): () => void {
  if (sweep === undefined) return () => {};
  const begin = async () => {
    try {
      await sweep.invoke({});
      tally.count('sweeps', 'begun');
    } catch {
      // The cloud was away for longer than it is asked again: a schedule invokes it once more.
      tally.count('sweeps', 'not begun');
    }
  };
  void begin();
  const timer = setInterval(() => void begin(), everySeconds * 1000);
  return () => clearInterval(timer);
}
