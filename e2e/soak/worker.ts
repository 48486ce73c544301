import {
  type FunctionOptions,
  type FunctionProcess,
  type StartedFunction,
  startFunction,
} from '../../local/function-process.ts';

/** A function in a process that can be killed at any time, and is started anew then. */
export class Worker implements FunctionProcess {
  readonly #options: FunctionOptions;
  #running: Promise<StartedFunction>;
  #invocations = 0;

  private constructor(options: FunctionOptions, first: StartedFunction) {
    this.#options = options;
    this.#running = Promise.resolve(first);
  }

  static async start(options: FunctionOptions): Promise<Worker> {
    return new Worker(options, await startFunction(options));
  }

  /** Whether it is in the middle of something. */
  get isBusy(): boolean {
    return this.#invocations > 0;
  }

  async invoke(event: unknown): Promise<unknown> {
    const running = await this.#running;
    this.#invocations += 1;
    try {
      return await running.invoke(event);
    } finally {
      this.#invocations -= 1;
    }
  }

  /** Ends the process with SIGKILL: nothing that it does is finished, and nobody is told. */
  async kill(): Promise<void> {
    const before = await this.#running;
    const ended = before.kill();
    this.#running = (async () => {
      // Its pending invocations fail first.
      await ended;
      return startFunction(this.#options);
    })();
    // Whoever invokes it next is told if it does not start.
    this.#running.catch(() => {});
  }

  async close(): Promise<void> {
    // One that did not start anew has nothing to close.
    const running = await this.#running.catch(() => undefined);
    await running?.close();
  }
}
