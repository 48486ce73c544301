import { SingleBar } from 'cli-progress';
import { monotonicMs } from '../lib/clock.ts';

const BAR_WIDTH = 24;

/** How far something long has come. */
export interface Progress {
  readonly advance: (by?: number) => void;
  /** Takes the bar away. */
  readonly end: () => void;
}

/** For what shows nothing. */
export const silent: Progress = { advance() {}, end() {} };

/** A bar with its rate and the time left, on a terminal; nothing elsewhere. */
export function showProgress(
  what: string,
  total: number,
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean },
): Progress {
  if (stream.isTTY !== true) return silent;
  const startedAt = monotonicMs();
  const bar = new SingleBar({
    stream,
    clearOnComplete: true,
    fps: 5,
    format: (_, { progress, value, total: all }) => {
      const done = Math.round(Math.min(1, progress) * BAR_WIDTH);
      const picture = '='.repeat(done).padEnd(BAR_WIDTH, '-');
      return `${what} [${picture}] ${value}/${all}${paceOf(value, all, monotonicMs() - startedAt)}`;
    },
  });
  bar.start(total, 0);
  return {
    advance: (by = 1) => bar.increment(by),
    end: () => bar.stop(),
  };
}

/** @returns nothing as long as there is nothing to go by. */
export function paceOf(value: number, total: number, elapsedMs: number): string {
  if (value === 0 || elapsedMs === 0) return '';
  const perSecond = value / (elapsedMs / 1000);
  const left = Math.ceil((total - value) / perSecond);
  const rate = perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(1);
  return `, ${rate}/s, ${formatSeconds(left)} left`;
}

function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
