import { fork } from 'node:child_process';
import { once } from 'node:events';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { HostMessage, InvocationMessage } from './function-host.ts';

const HOST = join(import.meta.dirname, 'function-host.ts');

export interface FunctionOptions {
  /** The file of the bundle. */
  readonly bundle: string;
  /** The whole environment of the function, apart from Node's compile cache. */
  readonly env: NodeJS.ProcessEnv;
  /** The timeout of the function in Lambda. */
  readonly timeoutMs: number;
  /** Gets every line that the function prints. */
  readonly onLine: (line: string) => void;
}

/** A function in a process of its own. */
export interface FunctionProcess {
  /** @throws {Error} as the function did, or if it was ended. */
  invoke(event: unknown): Promise<unknown>;
  close(): Promise<void>;
}

/** A function that has initialized. */
export interface StartedFunction extends FunctionProcess {
  /** True while an invocation has no result. */
  isBusy(): boolean;
  /** Ends it with SIGKILL, in the middle of its work. */
  kill(): Promise<void>;
}

/**
 * Starts a function and waits until it has initialized.
 *
 * @throws {Error} with its output if it ends before that.
 */
export async function startFunction({
  bundle,
  env,
  timeoutMs,
  onLine,
}: FunctionOptions): Promise<StartedFunction> {
  const child = fork(HOST, [bundle], {
    // Without the cache, each process would compile its modules again.
    env: { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  const ready = Promise.withResolvers<void>();
  let errors = '';
  let invocations = 0;

  if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', onLine);
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  child.on('message', (message: HostMessage) => {
    if (message === 'ready') return ready.resolve();
    const invocation = pending.get(message.number);
    pending.delete(message.number);
    if ('result' in message) invocation?.resolve(message.result);
    else invocation?.reject(new Error(message.failure));
  });
  const watchExit = async () => {
    await once(child, 'exit');
    const error = new Error(`The function ${basename(bundle)} has ended. ${errors}`.trim());
    ready.reject(error);
    for (const invocation of pending.values()) invocation.reject(error);
    pending.clear();
  };
  const exited = watchExit();

  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
  };

  await ready.promise;
  return {
    invoke(event) {
      invocations += 1;
      const invocation = Promise.withResolvers<unknown>();
      pending.set(invocations, invocation);
      child.send({ number: invocations, event, timeoutMs } satisfies InvocationMessage);
      return invocation.promise;
    },
    isBusy: () => pending.size > 0,
    close: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
