import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FunctionOptions, type FunctionProcess, startFunction } from '../../local/function-process.ts';

interface Running {
  readonly process: FunctionProcess;
  readonly pid: number;
}

/** A function in a process that can be killed at any time, and is started anew then. */
export class Worker implements FunctionProcess {
  readonly #options: FunctionOptions;
  #running: Promise<Running>;
  #invocations = 0;

  private constructor(options: FunctionOptions, first: Running) {
    this.#options = options;
    this.#running = Promise.resolve(first);
  }

  /** @param options whose bundle has been wrapped by `wrapBundle`. */
  static async start(options: FunctionOptions): Promise<Worker> {
    return new Worker(options, await startTold(options));
  }

  /** Whether it is in the middle of something. */
  get isBusy(): boolean {
    return this.#invocations > 0;
  }

  async invoke(event: unknown): Promise<unknown> {
    const { process } = await this.#running;
    this.#invocations += 1;
    try {
      return await process.invoke(event);
    } finally {
      this.#invocations -= 1;
    }
  }

  /** Ends the process with SIGKILL: nothing that it does is finished, and nobody is told. */
  async kill(): Promise<void> {
    const before = await this.#running;
    end(before.pid);
    this.#running = (async () => {
      // Its pending invocations fail first.
      await before.process.close();
      return startTold(this.#options);
    })();
    // Whoever invokes it next is told if it does not start.
    this.#running.catch(() => {});
  }

  async close(): Promise<void> {
    // One that did not start anew has nothing to close.
    const running = await this.#running.catch(() => undefined);
    await running?.process.close();
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

const STARTED = /^\{"event":"started","pid":(\d+)\}$/;

/** Starts a function, and waits until it has told the number of its process. */
async function startTold(options: FunctionOptions): Promise<Running> {
  const told = Promise.withResolvers<number>();
  const onLine = (line: string) => {
    const pid = STARTED.exec(line)?.[1];
    if (pid === undefined) options.onLine(line);
    else told.resolve(Number(pid));
  };
  const process = await startFunction({ ...options, onLine });
  return { process, pid: await told.promise };
}

/**
 * Puts a bundle beside a bundle that does the same, and tells the number of its process first.
 *
 * @returns its file.
 */
export async function wrapBundle(folder: string, name: string): Promise<string> {
  const file = join(folder, `told-${name}.mjs`);
  const tell = 'process.stdout.write(`{"event":"started","pid":${process.pid}}\\n`);';
  await writeFile(file, `${tell}\nexport { handler } from './${name}.mjs';\n`);
  return file;
}
