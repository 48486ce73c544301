import { join } from 'node:path';
import { resourceNamesOf } from '../lib/resource-names.ts';
import { type BusEvent, type PutEvents, startBus } from './bus.ts';
import { type DynamoDb, startDynamoDb } from './dynamodb.ts';
import { feedFromQueue } from './event-source.ts';
import { openFrontDoor } from './front-door.ts';
import { type FunctionProcess, startFunction } from './function-process.ts';
import { MAX_RECEIVE_COUNT, type Queues, startQueues } from './queues.ts';

export interface StackOptions {
  /** Where a build has put the bundles and their configuration. */
  readonly distDir: string;
  /** What the functions see of the environment, beside the addresses of what AWS would run. */
  readonly env: NodeJS.ProcessEnv;
  /** Of the front door; 0 for any that is free. */
  readonly port?: number;
  /** Starts the function `sweep` as well, which then waits to be invoked. */
  readonly sweep?: boolean;
  /** Gets every line that the functions print. */
  readonly onLine?: (line: string) => void;
  /** Gets every event that is put on the bus. */
  readonly onEvent?: (event: BusEvent) => void;
}

/** Everything that AWS would run, on this machine: the bundles, the HTTP API, the queues, the bus and the ledger's table. */
export interface Stack {
  readonly url: string;
  readonly queues: Queues;
  readonly ledger: Pick<DynamoDb, 'endpoint' | 'table'>;
  readonly putEvents: PutEvents;
  /** What another process needs to work on this stack as well, the functions included. */
  readonly env: Readonly<Record<string, string>>;
  /** @returns what a function answers to a payload. */
  invoke(name: 'clean' | 'sweep', payload: unknown): Promise<unknown>;
  close(): Promise<void>;
}

/** @throws {Error} if a function fails to initialize, with what it printed. */
export async function startStack({
  distDir,
  env,
  port = 0,
  sweep: withSweep = false,
  onLine = () => {},
  onEvent = () => {},
}: StackOptions): Promise<Stack> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const each of closers.splice(0).toReversed()) await each();
  };
  const keep = <T extends { close(): Promise<void> }>(opened: T): T => {
    closers.push(() => opened.close());
    return opened;
  };
  try {
    const queues = keep(await startQueues());
    const ledger = keep(await startDynamoDb());
    const bus = keep(await startBus(queues, onEvent));
    const services = {
      AWS_ENDPOINT_URL_SQS: queues.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: ledger.endpoint,
      AWS_ENDPOINT_URL_EVENTBRIDGE: bus.endpoint,
      CLEANUP_QUEUE_URL: queues.cleanupUrl,
      DEAD_LETTER_QUEUE_URL: queues.deadLettersUrl,
      SWEEP_QUEUE_URL: queues.sweepUrl,
      LEDGER_TABLE: ledger.table,
      EVENT_BUS_NAME: resourceNamesOf('local').eventBus,
    };
    const credentials = {
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_REGION: 'us-east-1',
    };
    const start = async (name: string, timeoutMs: number): Promise<FunctionProcess> => {
      const bundle = join(distDir, `${name}.mjs`);
      // Services that are not played here may be the real ones.
      const all = {
        ...credentials,
        ...env,
        ...services,
        MAX_RECEIVE_COUNT: `${MAX_RECEIVE_COUNT}`,
        // Whatever the environment names: what was built, and no other configuration.
        CONFIG_FILE: join(distDir, 'config.json'),
      };
      return keep(await startFunction({ bundle, env: all, timeoutMs, onLine }));
    };
    const starting = [
      start('receive', 10_000),
      start('clean', 60_000),
      withSweep ? start('sweep', 300_000) : Promise.resolve(undefined),
    ] as const;
    // All of them, before anything is closed: one that became ready afterwards would never end.
    await Promise.allSettled(starting);
    const [receive, clean, sweep] = await Promise.all(starting);
    const invokable = { clean, ...(sweep && { sweep }) };
    const { url } = keep(await openFrontDoor({ receive, invokable, putEvents: bus.putEvents }, port));
    const onError = (error: unknown) =>
      onLine(JSON.stringify({ level: 'error', event: 'batch failed', message: String(error) }));
    const { cleanupUrl, sweepUrl } = queues;
    closers.push(feedFromQueue(queues, { queueUrl: cleanupUrl, batchSize: 10, target: clean, onError }));
    if (sweep !== undefined)
      closers.push(feedFromQueue(queues, { queueUrl: sweepUrl, batchSize: 1, target: sweep, onError }));
    return {
      url,
      queues,
      ledger,
      putEvents: bus.putEvents,
      env: { ...credentials, ...services },
      async invoke(name, payload) {
        const invoked = { clean, sweep }[name];
        if (invoked === undefined) throw new Error(`the function ${name} was not started`);
        return invoked.invoke(payload);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
