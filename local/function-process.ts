import { fork } from 'node:child_process';
import { once } from 'node:events';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { HostMessage, InvocationMessage } from './function-host.ts';

const HOST = join(import.meta.dirname, 'function-host.ts');

export interface FunctionOptions {
  /** The file of the bundle. */
  readonly bundle: string;
  /** All that the function sees of the environment. */
  readonly env: NodeJS.ProcessEnv;
  /** After so long Lambda would end it. */
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

/** One that is under way. */
export interface StartedFunction extends FunctionProcess {
  /** Ends it with SIGKILL: nothing that it does is finished, and nobody is told. */
  kill(): Promise<void>;
}

/**
 * Starts a function and waits until it has initialized.
 *
 * @throws {Error} with what it printed, if it ends before that.
 */
export async function startFunction({
  bundle,
  env,
  timeoutMs,
  onLine,
}: FunctionOptions): Promise<StartedFunction> {
  const child = fork(HOST, [bundle], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  const ready = Promise.withResolvers<void>();
  let errors = '';
  let invocations = 0;

  if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', onLine);
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  child.on('message', (message: HostMessage) => {
    if (message.type === 'ready') {
      ready.resolve();
      return;
    }
    const invocation = pending.get(message.number);
    pending.delete(message.number);
    if (message.type === 'result') invocation?.resolve(message.result);
    else invocation?.reject(new Error(message.message));
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
    close: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
