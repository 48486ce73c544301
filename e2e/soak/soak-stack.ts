import { type FunctionOptions, startFunction } from '../../local/function-process.ts';
import { type Queues, startQueues } from '../../local/queues.ts';
import { type AwsService, type Stack, startStack } from '../../local/stack.ts';
import { startFaultProxy } from './fault-proxy.ts';
import type { Random } from './random.ts';
import type { SoakOptions } from './soak-options.ts';
import type { Tally } from './tally.ts';

/** As in `serverless.yml`. */
const SWEEPERS = 2;
/** Lambda wants it to be no longer than the visibility timeout. Short, so that a killed invocation is soon retried. */
export const CLEAN_TIMEOUT_MS = 4000;
const VISIBILITY_SECONDS = 4;
/** Share of the calls to AWS that fail: most of them are retried, and succeed then. */
const AWS_FAULTS = 0.03;
/** Share of messages that are not removed although they are done. */
const LOST_REMOVALS = 0.01;
/** Calls from one outage of a service to the next. */
const OUTAGE_EVERY = { SQS: 400, DYNAMODB: 2500, EVENTBRIDGE: 800 };
const NAMES = { SQS: 'SQS', DYNAMODB: 'DynamoDB', EVENTBRIDGE: 'EventBridge' };

export interface SoakStackOptions {
  /** Directory of the bundles and their configuration. */
  readonly distDir: string;
  readonly options: Pick<SoakOptions, 'workers' | 'faults' | 'sweepEvery'>;
  /** The secrets and addresses that the configuration names. */
  readonly env: Readonly<Record<string, string>>;
  readonly random: Random;
  readonly tally: Tally;
  /** Gets every line that the functions print. */
  readonly onLine: (line: string) => void;
  /** Gets the input of every change of the ledger that DynamoDB has made. */
  readonly onLedgerWrite: (input: string) => void;
}

export type SoakStack = Stack & {
  readonly receive: KillableFunction;
  readonly workers: readonly KillableFunction[];
};

/** Starts the local stack with several workers that can be killed, and AWS services that fail now and then. */
export async function startSoakStack(soak: SoakStackOptions): Promise<SoakStack> {
  const { distDir, options, env, random, tally, onLine, onLedgerWrite } = soak;
  const isHealthy = options.faults === 0;
  const started = new Map<string, KillableFunction[]>();
  await using opened = new AsyncDisposableStack();
  const stack = await startStack({
    distDir,
    env,
    cleaners: options.workers,
    sweepers: options.sweepEvery > 0 ? SWEEPERS : 0,
    onLine,
    onError(name) {
      tally.count('invocations', 'failed');
      // A killed process can't log it.
      const line = { level: 'error', event: 'invocation failed', function: name, stage: 'soak' };
      onLine(JSON.stringify({ time: new Date().toISOString(), ...line }));
    },
    openQueues: () => startSoakQueues(random.fork(), tally, isHealthy ? 0 : LOST_REMOVALS),
    async addressOf(service: AwsService, endpoint: string) {
      const proxy = await startFaultProxy({
        service: endpoint,
        outageEvery: OUTAGE_EVERY[service],
        random: random.fork(),
        share: isHealthy ? 0 : AWS_FAULTS,
        onFault: (fault) => tally.count('awsFaults', `${NAMES[service]}: ${fault}`),
        onDone(action, body) {
          if (action === 'UpdateItem') onLedgerWrite(body);
        },
      });
      opened.defer(() => proxy.close());
      return proxy.url;
    },
    async start(name, { timeoutMs, ...others }) {
      const worker = await startKillable({
        ...others,
        timeoutMs: name === 'clean' ? CLEAN_TIMEOUT_MS : timeoutMs,
      });
      started.set(name, [...(started.get(name) ?? []), worker]);
      return worker;
    },
  });
  opened.defer(() => stack.close());
  const [[receive], workers = []] = [started.get('receive') ?? [], started.get('clean')];
  if (receive === undefined) throw new Error('The stack has no function receive.');
  const closing = opened.move();
  return { ...stack, receive, workers, close: () => closing.disposeAsync() };
}

export type KillableFunction = Awaited<ReturnType<typeof startKillable>>;

/** Starts a function in a process that can be killed at any time, and is then started anew. */
export async function startKillable(options: FunctionOptions) {
  let current = await startFunction(options);
  let running = Promise.resolve(current);
  return {
    isBusy: () => current.isBusy(),
    invoke: async (event: unknown): Promise<unknown> => (await running).invoke(event),
    /** Ends the process with SIGKILL, in the middle of its work. */
    async kill(): Promise<void> {
      const before = await running;
      // Its pending invocations fail first.
      running = before.kill().then(async () => (current = await startFunction(options)));
      // The next invocation fails if it doesn't start.
      running.catch(() => {});
    },
    async close(): Promise<void> {
      // A process that did not start anew has nothing to close.
      await (await running.catch(() => undefined))?.close();
    },
  };
}

/** The queues of the local stack with shorter times, from which messages are sometimes not removed. */
async function startSoakQueues(random: Random, tally: Tally, lostRemovals: number): Promise<Queues> {
  const queues = await startQueues(VISIBILITY_SECONDS);
  return {
    ...queues,
    async receive(queueUrl, limit) {
      const messages = await queues.receive(queueUrl, limit);
      for (const { Attributes } of messages)
        tally.count('messages', Attributes['ApproximateReceiveCount'] === '1' ? 'first' : 'again');
      return messages;
    },
    async remove(queueUrl, receiptHandle) {
      if (random.chance(lostRemovals)) {
        tally.count('awsFaults', 'SQS: message not removed');
        return;
      }
      await queues.remove(queueUrl, receiptHandle);
      tally.count('messages', 'removed');
    },
  };
}
