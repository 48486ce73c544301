import { join } from 'node:path';
import { resourceNamesOf } from '../lib/resource-names.ts';
import { type PublishedEvent, startBus } from './bus.ts';
import { startDynamoDb } from './dynamodb.ts';
import { feedFromQueue } from './event-source.ts';
import { openFrontDoor } from './front-door.ts';
import { type FunctionOptions, type FunctionProcess, startFunction } from './function-process.ts';
import { MAX_RECEIVE_COUNT, type Queues, startQueues } from './queues.ts';

/** As in `serverless.yml`, but for `clean`, which waits for people here. */
const TIMEOUT_MS = { receive: 10_000, clean: 60_000, sweep: 300_000 };
const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  // None of this machine's: it belongs to other credentials.
  AWS_SESSION_TOKEN: '',
  AWS_REGION: 'us-east-1',
};

type FunctionName = keyof typeof TIMEOUT_MS;

export interface StackOptions {
  /** Directory of the bundles and their configuration. */
  readonly distDir: string;
  /** Environment of the functions, beside the addresses of the AWS services. */
  readonly env: NodeJS.ProcessEnv;
  /** Of the front door; 0 for any that is free. */
  readonly port?: number;
  /** Processes of `clean`, each fed from the queue. */
  readonly cleaners?: number;
  /** Processes of `sweep`, which wait to be invoked; none if missing. */
  readonly sweepers?: number;
  /** Gets every line that the functions print. */
  readonly onLine?: (line: string) => void;
  /** Gets every event that is put on the bus. */
  readonly onEvent?: (event: PublishedEvent) => void;
  /** Called when an invocation from a queue fails as a whole. */
  readonly onError?: (name: FunctionName, error: unknown) => void;
  readonly openQueues?: () => Promise<Queues>;
  /** The address under which the functions call a service of AWS, such as that of a proxy. */
  readonly addressOf?: (service: AwsService, endpoint: string) => Promise<string>;
  readonly start?: (name: FunctionName, options: FunctionOptions) => Promise<FunctionProcess>;
}

/** An AWS service by the end of its `AWS_ENDPOINT_URL_…`. */
export type AwsService = 'SQS' | 'DYNAMODB' | 'EVENTBRIDGE';

export type Stack = Awaited<ReturnType<typeof startStack>>;

/**
 * Starts everything that AWS would run, on this machine: the bundles, the HTTP API, the queues, the bus and the ledger's table.
 *
 * @throws {Error} if a function fails to initialize, with what it printed.
 */
export async function startStack({
  distDir,
  env,
  port = 0,
  cleaners = 1,
  sweepers = 0,
  onLine = () => {},
  onEvent = () => {},
  onError = (_, error) =>
    onLine(JSON.stringify({ level: 'error', event: 'batch failed', message: String(error) })),
  openQueues = startQueues,
  addressOf = (_, endpoint) => Promise.resolve(endpoint),
  start = (_, options) => startFunction(options),
}: StackOptions) {
  await using opened = new AsyncDisposableStack();
  const keep = <T extends { close(): Promise<void> }>(each: T) => opened.adopt(each, () => each.close());

  const queues = keep(await openQueues());
  const ledger = keep(await startDynamoDb());
  const bus = keep(await startBus(queues, onEvent));
  const services = {
    AWS_ENDPOINT_URL_SQS: await addressOf('SQS', queues.endpoint),
    AWS_ENDPOINT_URL_DYNAMODB: await addressOf('DYNAMODB', ledger.endpoint),
    AWS_ENDPOINT_URL_EVENTBRIDGE: await addressOf('EVENTBRIDGE', bus.endpoint),
    CLEANUP_QUEUE_URL: queues.cleanupUrl,
    DEAD_LETTER_QUEUE_URL: queues.deadLettersUrl,
    SWEEP_QUEUE_URL: queues.sweepUrl,
    LEDGER_TABLE: ledger.table,
    EVENT_BUS_NAME: resourceNamesOf('local').eventBus,
  };
  const startOne = async (name: FunctionName) => {
    const started = await start(name, {
      bundle: join(distDir, `${name}.mjs`),
      env: {
        ...CREDENTIALS,
        ...env,
        // Without these addresses the functions would call the real services.
        ...services,
        MAX_RECEIVE_COUNT: `${MAX_RECEIVE_COUNT}`,
        // The configuration that was built, also where the environment names another one.
        CONFIG_FILE: join(distDir, 'config.json'),
      },
      timeoutMs: TIMEOUT_MS[name],
      onLine,
    });
    return keep(started);
  };
  const startSome = (name: FunctionName, count: number) =>
    Array.from({ length: count }, () => startOne(name));
  const starting = [startOne('receive'), startSome('clean', cleaners), startSome('sweep', sweepers)] as const;
  // All of them, before anything is closed: one that became ready afterwards would never end.
  await Promise.allSettled(starting.flat());
  const [receive, clean, sweep] = await Promise.all([
    starting[0],
    Promise.all(starting[1]),
    Promise.all(starting[2]),
  ]);
  const invokable = { ...(clean[0] && { clean: clean[0] }), ...(sweep[0] && { sweep: sweep[0] }) };
  const { url } = keep(await openFrontDoor({ receive, invokable, putEvents: bus.putEvents }, port));
  const feed = (name: FunctionName, queueUrl: string, batchSize: number, target: FunctionProcess) =>
    feedFromQueue(queues, { queueUrl, batchSize, target, onError: (error) => onError(name, error) });
  const feeds = [
    ...clean.map((each) => feed('clean', queues.cleanupUrl, 10, each)),
    ...sweep.map((each) => feed('sweep', queues.sweepUrl, 1, each)),
  ];
  opened.defer(async () => void (await Promise.all(feeds.map((stop) => stop()))));
  const closing = opened.move();
  return {
    url,
    queues,
    ledger,
    putEvents: bus.putEvents,
    /** Environment that another process needs to work on this stack. */
    env: { ...CREDENTIALS, ...services },
    /** @returns what a function answers to a payload. */
    async invoke(name: 'clean' | 'sweep', payload: unknown): Promise<unknown> {
      const invoked = invokable[name];
      if (invoked === undefined) throw new Error(`the function ${name} was not started`);
      return invoked.invoke(payload);
    },
    close: (): Promise<void> => closing.disposeAsync(),
  };
}
