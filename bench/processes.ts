import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import * as v from 'valibot';
import type { BackendOperations, BackendOptions } from './backend-process.ts';
import { type Child, startChild } from './children.ts';
import type { Bundle } from './contenders.ts';

/** The process with both clouds. */
export interface Backend extends Child<BackendOperations> {
  /** Environment of a measured process: names of `serverless.yml`, and addresses of the backend. */
  readonly env: Readonly<Record<string, string>>;
}

export async function startBackend(options: BackendOptions = {}): Promise<Backend> {
  const child = await startChild<BackendOperations>('backend-process.ts', options);
  return { ...child, env: await child.call('environment') };
}

const MEASURED_FILE = 'measured-process.mjs';
const coldStartSchema = v.object({
  importMs: v.number(),
  invocations: v.array(v.object({ answer: v.unknown(), ms: v.number() })),
});

/**
 * Times a bundle in a fresh process: the evaluation of its module, with everything that its top level awaits, and one invocation
 * for each event. Starting the process doesn't count.
 */
export async function timeColdStart({ file }: Bundle, events: readonly unknown[], env: Backend['env']) {
  const input = JSON.stringify({ bundle: pathToFileURL(file).href, events });
  const args = [join(import.meta.dirname, MEASURED_FILE), input];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 30_000 });
  return v.parse(coldStartSchema, JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

const MEMORY_MB = 512;
const WORKER_ARGS = [
  '--expose-gc',
  // Lambda gives 5 % of a function's memory to new objects, and 90 % to old ones.
  `--max-semi-space-size=${Math.floor(MEMORY_MB * 0.05)}`,
  `--max-old-space-size=${Math.floor(MEMORY_MB * 0.9)}`,
  // Some packages of the peers use deprecated parts of Node.
  '--no-deprecation',
];

interface WorkerOperations extends Record<string, (argument: never) => unknown> {
  invoke(event: unknown): {
    readonly answer: {
      readonly statusCode?: number;
      readonly batchItemFailures?: readonly { readonly itemIdentifier: string }[];
    };
    readonly ms: number;
    readonly cpuMs: number;
  };
  /** Bytes after a garbage collection. `young`: space that V8 reserves for new objects, used or not, and enlarges in leaps. */
  weigh(): { readonly heap: number; readonly process: number; readonly young: number };
}

/** A bundle in a process that stays warm. */
export type Worker = Bundle & Child<WorkerOperations>;

/** Starts bundles as Lambda does with 512 MB of memory, each in its own process and initialized before the first event. */
export async function startWorkers(bundles: readonly Bundle[], { env }: Backend) {
  const stack = new DisposableStack();
  const start = async (bundle: Bundle): Promise<Worker> => {
    const input = { bundle: pathToFileURL(bundle.file).href };
    const options = { env, execArgv: WORKER_ARGS };
    return { ...bundle, ...stack.use(await startChild<WorkerOperations>(MEASURED_FILE, input, options)) };
  };
  return Object.assign(stack, { all: await Promise.all(bundles.map(start)) });
}
