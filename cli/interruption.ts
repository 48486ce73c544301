import { monotonicMs } from '../lib/clock.ts';
import type { Deadline } from '../lib/deadline.ts';
import { EXIT } from './exit-status.ts';

/** As long as a call may take that Ctrl-C finds under way. */
const CALL_MS = 30_000;
/** npm passes a signal on that the terminal has sent to everyone: both are one press of the keys. */
const SAME_PRESS_MS = 300;

/** Ctrl-C as a deadline: what is under way is finished, and nothing new is started. A second one ends at once. */
export class Interruption implements Deadline {
  readonly #controller = new AbortController();
  readonly #say: (line: string) => void;
  #since: number | undefined;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  get interrupted(): boolean {
    return this.#since !== undefined;
  }

  /** Aborted with the first Ctrl-C: for what only waits. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  remainingMs(): number {
    return CALL_MS;
  }

  allowsMore(): boolean {
    return !this.interrupted;
  }

  /** @returns what ends the listening. */
  listen(): () => void {
    const hear = () => this.interrupt();
    process.on('SIGINT', hear);
    return () => process.off('SIGINT', hear);
  }

  interrupt(): void {
    const now = monotonicMs();
    if (this.#since === undefined) {
      this.#since = now;
      this.#controller.abort();
      this.#say('Stopping: what is under way is finished first. Ctrl-C again ends at once.');
    } else if (now - this.#since > SAME_PRESS_MS) process.exit(EXIT.interrupted);
  }
}
