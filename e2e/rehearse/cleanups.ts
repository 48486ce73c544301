import { messageOf } from '../../command-line/options.ts';

/** What has to be undone in the end, the last first, come what may. */
export class Cleanups {
  #steps: (() => Promise<unknown>)[] = [];

  add(step: () => Promise<unknown>): void {
    this.#steps.unshift(step);
  }

  /** A step that fails is reported, and keeps none of the others from being done. */
  async run(): Promise<void> {
    const steps = this.#steps;
    this.#steps = [];
    for (const step of steps) {
      await step().catch((error: unknown) => console.error(`While cleaning up: ${messageOf(error)}`));
    }
  }
}
