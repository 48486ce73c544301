import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Operations that a child process offers. Arguments and answers are plain data. */
type Operations = Readonly<Record<string, (argument: never) => unknown>>;

/** A child process of the bench. Disposing it ends it. */
export interface Child<Offered extends Operations> extends Disposable {
  /** Runs one operation in the child. Await the answer before the next call. */
  call<Name extends keyof Offered & string>(
    name: Name,
    ...argument: Parameters<Offered[Name]>
  ): Promise<Awaited<ReturnType<Offered[Name]>>>;
}

/** Starts a file of this folder in a process of its own and waits until it is ready. `env` is its whole environment. */
export async function startChild<Offered extends Operations>(
  file: string,
  input: unknown,
  { env = process.env, execArgv = [] }: { env?: NodeJS.ProcessEnv; execArgv?: string[] } = {},
): Promise<Child<Offered>> {
  const child = fork(join(import.meta.dirname, file), [JSON.stringify(input)], {
    execArgv,
    env,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  // Without a reader, the output of a function would fill the pipe and block it.
  child.stdout?.resume();
  const exit = once(child, 'exit').then(([status]) => {
    throw new Error(`${file} ended with status ${String(status)}. Its error output is above.`);
  });
  // A disposed child exits while no call waits.
  exit.catch(() => {});
  const nextMessage = <Message>() =>
    Promise.race([new Promise<Message>((resolve) => void child.once('message', resolve)), exit]);
  await nextMessage();
  return {
    call(...order) {
      const answer = nextMessage<Awaited<ReturnType<Offered[(typeof order)[0]]>>>();
      child.send(order);
      return answer;
    },
    [Symbol.dispose]() {
      if (child.connected) child.disconnect();
    },
  };
}

/** Offers operations to the parent, in the child. `measured-process.mjs` does the same without this import. */
export function offer(operations: Operations): void {
  const run = async ([name, argument]: [string, never]) =>
    process.send?.((await operations[name]?.(argument)) ?? null);
  process.on('message', (order: [string, never]) => void run(order));
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}
