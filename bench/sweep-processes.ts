import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import * as v from 'valibot';
import { callsSchema, cloudsSchema, type Swept, sweptSchema } from './sweep-messages.ts';

export interface Measured extends Swept {
  readonly calls: number;
}

/** Runs one sweep over so many repositories: the clouds in one process, the sweep in another. */
export async function measureSweep(repositories: number): Promise<Measured> {
  const clouds = start('sweep-backend-process.ts', [`${repositories}`]);
  const sweeper = start('sweep-process.ts', [], ['--expose-gc']);
  try {
    const addresses = v.parse(cloudsSchema, await clouds.next());
    sweeper.child.send(addresses);
    await sweeper.next();
    // What was called to get ready does not count.
    await askCalls(clouds);
    sweeper.child.send(repositories);
    const swept = v.parse(sweptSchema, await sweeper.next());
    return { ...swept, calls: await askCalls(clouds) };
  } finally {
    for (const { child } of [clouds, sweeper]) child.kill();
  }
}

interface Process {
  readonly child: ChildProcess;
  /** The next message that it sends. */
  next(): Promise<unknown>;
}

function start(file: string, args: readonly string[], execArgv: string[] = []): Process {
  const child = fork(join(import.meta.dirname, file), args, { execArgv });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${file} ended with status ${String(code)}`);
  });
  // It also ends when it is told to, and then nobody waits.
  ended.catch(() => {});
  return {
    child,
    async next() {
      const [message]: unknown[] = await Promise.race([once(child, 'message'), ended]);
      return message;
    },
  };
}

async function askCalls(clouds: Process): Promise<number> {
  clouds.child.send('calls');
  return v.parse(callsSchema, await clouds.next()).calls;
}
