import { join } from 'node:path';
import { resourceNamesOf } from '../../lib/resource-names.ts';
import { type PutEvents, startBus } from '../../local/bus.ts';
import { type DynamoDb, startDynamoDb } from '../../local/dynamodb.ts';
import { feedFromQueue } from '../../local/event-source.ts';
import { openFrontDoor } from '../../local/front-door.ts';
import type { Queues } from '../../local/queues.ts';
import { startAwsProxy } from './aws-proxy.ts';
import type { Random } from './random.ts';
import { FUNCTION_TIMEOUT_MS, startSoakQueues, TRIES } from './soak-queues.ts';
import type { Tally } from './tally.ts';
import { Worker } from './worker.ts';

const BATCH_SIZE = 10;
/** Share of the messages that are not removed although they are done, 0 to 1. */
const LOST_REMOVALS = 0.01;
const RECEIVE_TIMEOUT_MS = 10_000;
/** As in `serverless.yml`: so many at a time, and for so long. */
const SWEEPERS = 2;
const SWEEP_TIMEOUT_MS = 300_000;

export interface SoakStackOptions {
  /** Where a build has put the bundles and their configuration. */
  readonly distDir: string;
  readonly workers: number;
  readonly withSweep: boolean;
  /** The secrets and addresses that the configuration names. */
  readonly env: Readonly<Record<string, string>>;
  readonly random: Random;
  /** How many single calls to AWS go wrong, 0 to 1. */
  readonly awsFaults: number;
  readonly tally: Tally;
  /** Gets every line that the functions print. */
  readonly onLine: (line: string) => void;
  /** Is told of every change of the ledger once it is written. */
  readonly onWritten: (body: string) => void;
}

export interface SoakStack {
  readonly url: string;
  readonly queues: Queues;
  readonly ledger: Pick<DynamoDb, 'endpoint' | 'table'>;
  readonly putEvents: PutEvents;
  readonly receive: Worker;
  readonly workers: readonly Worker[];
  /** None unless sweeps are wanted. */
  readonly sweepers: readonly Worker[];
  close(): Promise<void>;
}

/** What the local stack is made of, with several workers that can be killed, and services of AWS that fail now and then. */
export async function startSoakStack(options: SoakStackOptions): Promise<SoakStack> {
  const { distDir, env, random, awsFaults: share, tally, onLine } = options;
  const closers: (() => Promise<void>)[] = [];
  const keep = <T extends { close(): Promise<void> }>(opened: T): T => {
    closers.push(() => opened.close());
    return opened;
  };
  const close = async () => {
    for (const each of closers.splice(0).toReversed()) await each();
  };
  const behindProxy = async (
    name: string,
    service: string,
    outageEvery: number,
    onDone?: (action: string, body: string) => void,
  ) => {
    const onFault = (fault: string) => tally.count('aws faults', `${name}: ${fault}`);
    const own = { service, outageEvery, random: random.fork(), share, onFault, ...(onDone && { onDone }) };
    return keep(await startAwsProxy(own)).url;
  };
  try {
    const queues = keep(await startSoakQueues(random.fork(), tally, share === 0 ? 0 : LOST_REMOVALS));
    const ledger = keep(await startDynamoDb());
    const bus = keep(await startBus(queues, () => {}));
    const onDone = (action: string, body: string) => {
      if (action === 'UpdateItem') options.onWritten(body);
    };
    const functionEnv = {
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_REGION: 'us-east-1',
      ...env,
      AWS_ENDPOINT_URL_SQS: await behindProxy('SQS', queues.endpoint, 400),
      AWS_ENDPOINT_URL_DYNAMODB: await behindProxy('DynamoDB', ledger.endpoint, 2500, onDone),
      AWS_ENDPOINT_URL_EVENTBRIDGE: await behindProxy('EventBridge', bus.endpoint, 800),
      CLEANUP_QUEUE_URL: queues.cleanupUrl,
      DEAD_LETTER_QUEUE_URL: queues.deadLettersUrl,
      SWEEP_QUEUE_URL: queues.sweepUrl,
      LEDGER_TABLE: ledger.table,
      EVENT_BUS_NAME: resourceNamesOf('soak').eventBus,
      MAX_RECEIVE_COUNT: `${TRIES}`,
    };
    const start = async (name: string, timeoutMs: number) => {
      const bundle = join(distDir, `${name}.mjs`);
      return keep(await Worker.start({ bundle, env: functionEnv, timeoutMs, onLine }));
    };
    const receive = await start('receive', RECEIVE_TIMEOUT_MS);
    const workers: Worker[] = [];
    for (let count = 0; count < options.workers; count += 1)
      workers.push(await start('clean', FUNCTION_TIMEOUT_MS));
    const sweepers: Worker[] = [];
    for (let count = 0; options.withSweep && count < SWEEPERS; count += 1)
      sweepers.push(await start('sweep', SWEEP_TIMEOUT_MS));
    const { url } = keep(await openFrontDoor({ receive, invokable: {}, putEvents: bus.putEvents }, 0));
    const feed = (queueUrl: string, batchSize: number, name: string, target: Worker) => {
      const onError = () => {
        tally.count('invocations', 'failed');
        // A process that was killed can't say so itself.
        const line = { level: 'error', event: 'invocation failed', function: name, stage: 'soak' };
        onLine(JSON.stringify({ time: new Date().toISOString(), ...line }));
      };
      return feedFromQueue(queues, { queueUrl, batchSize, target, onError });
    };
    const { cleanupUrl, sweepUrl } = queues;
    const feeds = workers.map((target) => feed(cleanupUrl, BATCH_SIZE, 'clean', target));
    feeds.push(...sweepers.map((target) => feed(sweepUrl, 1, 'sweep', target)));
    closers.push(async () => void (await Promise.all(feeds.map((stop) => stop()))));
    return { url, queues, ledger, putEvents: bus.putEvents, receive, workers, sweepers, close };
  } catch (error) {
    await close();
    throw error;
  }
}
