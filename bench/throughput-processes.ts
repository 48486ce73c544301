import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as v from 'valibot';
import type { Backend } from './backend.ts';
import { type Order, reportSchema, startedSchema } from './backend-messages.ts';
import { environmentOf } from './measure.ts';
import {
  type Invoked,
  invokedSchema,
  type Memory,
  memorySchema,
  type WorkerOrder,
} from './throughput-messages.ts';

const MEMORY_MB = 512;
const NODE_OPTIONS = [
  '--expose-gc',
  // Lambda gives 5 % of a function's memory to new objects, and 90 % to old ones.
  `--max-semi-space-size=${Math.floor(MEMORY_MB * 0.05)}`,
  `--max-old-space-size=${Math.floor(MEMORY_MB * 0.9)}`,
  // Some of the peers' packages use what Node advises against.
  '--no-deprecation',
];

export interface Worker {
  invoke(event: unknown): Promise<Invoked>;
  weigh(): Promise<Memory>;
}

/** Starts the process that plays both clouds, whose emulator waits before each answer, and ends it afterwards. */
export async function withClouds<T>(latencyMs: number, use: (clouds: Backend) => Promise<T>): Promise<T> {
  const { next, ask, end } = start('throughput-backend-process.ts', [`${latencyMs}`]);
  try {
    const started = v.parse(startedSchema, await next());
    return await use({
      ...started,
      plant: async (repositories) => {
        await ask({ type: 'plant', repositories } satisfies Order);
      },
      report: async () => v.parse(reportSchema, await ask({ type: 'report' } satisfies Order)),
      close: end,
    });
  } finally {
    end();
  }
}

/** Starts a process for each bundle, initialized as Lambda would have it before the first event, and ends them afterwards. */
export async function withWorkers<T>(
  bundles: readonly string[],
  clouds: Backend,
  use: (workers: readonly Worker[]) => Promise<T>,
): Promise<T> {
  const options = { env: environmentOf(clouds), execArgv: NODE_OPTIONS };
  const processes = bundles.map((bundle) =>
    start('throughput-worker.mjs', [pathToFileURL(bundle).href], options),
  );
  try {
    await Promise.all(processes.map(({ next }) => next()));
    return await use(
      processes.map(({ ask }) => ({
        invoke: async (event) => v.parse(invokedSchema, await ask({ event } satisfies WorkerOrder)),
        weigh: async () => v.parse(memorySchema, await ask({} satisfies WorkerOrder)),
      })),
    );
  } finally {
    for (const { end } of processes) end();
  }
}

interface Process {
  /** The next message that it sends. */
  readonly next: () => Promise<unknown>;
  /** Its answer; to be awaited before it is asked again. */
  readonly ask: (message: object) => Promise<unknown>;
  readonly end: () => void;
}

function start(
  file: string,
  args: readonly string[],
  options: { readonly env?: Record<string, string>; readonly execArgv?: string[] } = {},
): Process {
  const child = fork(join(import.meta.dirname, file), args, {
    execArgv: [],
    ...options,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${file} ended with status ${String(code)}`);
  });
  // It also ends when it is told to, and then nobody waits.
  ended.catch(() => {});
  const next = async () => {
    const [message]: unknown[] = await Promise.race([once(child, 'message'), ended]);
    return message;
  };
  // Somebody has to read what a function prints, as Lambda does: a full pipe would stop it.
  child.stdout?.resume();
  return {
    next,
    ask: (message) => {
      const answer = next();
      child.send(message);
      return answer;
    },
    end: () => {
      if (child.connected) child.disconnect();
    },
  };
}
