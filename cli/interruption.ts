import type { Deadline } from '../lib/deadline.ts';

/** Time that a call in flight may still take after Ctrl-C. */
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
