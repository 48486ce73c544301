import { join } from 'node:path';
import { createBus, type PutEvents } from './bus.ts';
import { feedFromQueue } from './event-source.ts';
import { openFrontDoor } from './front-door.ts';
import { startFunction } from './function-process.ts';
import { MAX_RECEIVE_COUNT, type Queues, startQueues } from './queues.ts';

export interface StackOptions {
  /** Where a build has put the bundles and their configuration. */
  readonly distDir: string;
  /** What the functions see of the environment, beside the addresses of the queues. */
  readonly env: NodeJS.ProcessEnv;
  /** Of the front door; 0 for any that is free. */
  readonly port?: number;
  /** Gets every line that the functions print. */
  readonly onLine?: (line: string) => void;
}

/** Everything that AWS would run, on this machine: the bundles, the HTTP API, the queues and the bus. */
export interface Stack {
  readonly url: string;
  readonly queues: Queues;
  readonly putEvents: PutEvents;
  /** @returns what `clean` answers to a payload. */
  invokeClean(payload: unknown): Promise<unknown>;
  close(): Promise<void>;
}

/** @throws {Error} if a function fails to initialize, with what it printed. */
export async function startStack({
  distDir,
  env,
  port = 0,
  onLine = () => {},
}: StackOptions): Promise<Stack> {
  const queues = await startQueues();
  const closers: (() => Promise<void>)[] = [() => queues.close()];
  const close = async () => {
    for (const each of closers.toReversed()) await each();
  };
  try {
    const start = async (name: string, timeoutMs: number) => {
      const started = await startFunction({
        bundle: join(distDir, `${name}.mjs`),
        env: {
          AWS_ACCESS_KEY_ID: 'local',
          AWS_SECRET_ACCESS_KEY: 'local',
          AWS_REGION: 'us-east-1',
          ...env,
          // Only for SQS: other services may be the real ones.
          AWS_ENDPOINT_URL_SQS: queues.endpoint,
          CLEANUP_QUEUE_URL: queues.cleanupUrl,
          DEAD_LETTER_QUEUE_URL: queues.deadLettersUrl,
          MAX_RECEIVE_COUNT: `${MAX_RECEIVE_COUNT}`,
        },
        timeoutMs,
        onLine,
      });
      closers.push(() => started.close());
      return started;
    };
    const starting = [start('receive', 10_000), start('clean', 60_000)] as const;
    // Both, before anything is closed: one that became ready afterwards would never end.
    await Promise.allSettled(starting);
    const [receive, clean] = await Promise.all(starting);
    const putEvents = await createBus(queues);
    const frontDoor = await openFrontDoor({ receive, clean, putEvents }, port);
    closers.push(() => frontDoor.close());
    const onBatchError = (error: unknown) => {
      onLine(JSON.stringify({ level: 'error', event: 'batch failed', message: String(error) }));
    };
    closers.push(feedFromQueue(queues, clean, onBatchError));
    return { url: frontDoor.url, queues, putEvents, invokeClean: (payload) => clean.invoke(payload), close };
  } catch (error) {
    await close();
    throw error;
  }
}
