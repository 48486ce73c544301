import { createInterface } from 'node:readline/promises';
import { SingleBar } from 'cli-progress';
import { UsageError } from '../command-line/options.ts';
import { monotonicMs } from '../lib/clock.ts';
import type { Deadline } from '../lib/deadline.ts';

const BAR_WIDTH = 24;
/** Time that a call may take, also after Ctrl-C. No pause before a retry is as long. */
const CALL_MS = 30_000;

/** Ctrl-C as a deadline: calls in flight are finished, and no new one starts. */
export class Interruption implements Deadline {
  readonly #controller = new AbortController();
  readonly #say: (line: string) => void;

  /** @param pressed aborted with Ctrl-C. */
  constructor(pressed: AbortSignal, say: (line: string) => void) {
    this.#say = say;
    if (pressed.aborted) this.interrupt();
    pressed.addEventListener('abort', () => this.interrupt(), { once: true });
  }

  get interrupted(): boolean {
    return this.signal.aborted;
  }

  /** Aborted with Ctrl-C, for pauses and questions. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  remainingMs(): number {
    return CALL_MS;
  }

  allowsMore(): boolean {
    return !this.interrupted;
  }

  interrupt(): void {
    if (this.interrupted) return;
    this.#controller.abort();
    this.#say('Stopping: calls in flight are finished first. Press Ctrl-C again to end at once.');
  }
}

interface AskOptions {
  /** Do not ask: the answer was given with `--yes`. */
  readonly yes: boolean;
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
  readonly interruption: Interruption;
}

/**
 * Asks before something is changed.
 *
 * @param preview shown above the question.
 * @throws {UsageError} unless the answer is yes, or if there is no terminal to ask on.
 */
export async function ask(
  question: string,
  preview: string,
  { yes, input, output, interruption }: AskOptions,
): Promise<void> {
  if (yes) return;
  if (input.isTTY !== true)
    throw new UsageError(`${question} There is no terminal to ask on: repeat with --yes to confirm.`);
  output.write(`${preview}\n`);
  const prompt = createInterface({ input, output, terminal: true });
  const closed = new AbortController();
  const signal = AbortSignal.any([closed.signal, interruption.signal]);
  prompt.on('close', () => closed.abort());
  // The prompt takes Ctrl-C for itself.
  prompt.on('SIGINT', () => interruption.interrupt());
  try {
    const answer = await prompt.question(`${question} [y/N] `, { signal });
    if (/^y(?:es)?$/i.test(answer.trim())) return;
  } catch (error) {
    if (!signal.aborted) throw error;
    output.write('\n');
  } finally {
    prompt.close();
  }
  throw new UsageError('Nothing was changed.');
}

/** Progress of a long piece of work. */
export interface Progress {
  readonly advance: (by?: number) => void;
  /** Removes the bar. */
  readonly end: () => void;
}

/** Progress that is not shown. */
export const noProgress: Progress = { advance() {}, end() {} };

/** Shows a bar with its rate and the time left on a terminal, nothing elsewhere. */
export function showProgress(
  what: string,
  total: number,
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean },
): Progress {
  if (stream.isTTY !== true) return noProgress;
  const startedAt = monotonicMs();
  const bar = new SingleBar({
    stream,
    clearOnComplete: true,
    fps: 5,
    format: (_, { progress, value, total: all }) => {
      const done = Math.round(Math.min(1, progress) * BAR_WIDTH);
      const picture = '='.repeat(done).padEnd(BAR_WIDTH, '-');
      return `${what} [${picture}] ${value}/${all}${formatPace(value, all, monotonicMs() - startedAt)}`;
    },
  });
  bar.start(total, 0);
  return {
    advance: (by = 1) => bar.increment(by),
    end: () => bar.stop(),
  };
}

/** @returns an empty text until the rate is known. */
export function formatPace(value: number, total: number, elapsedMs: number): string {
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
