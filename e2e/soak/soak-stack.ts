import {
  type FunctionOptions,
  type FunctionProcess,
  type StartedFunction,
  startFunction,
} from '../../local/function-process.ts';
import { type Queues, startQueues } from '../../local/queues.ts';
import { type AwsService, type Stack, startStack } from '../../local/stack.ts';
import { startFaultProxy } from './fault-proxy.ts';
import type { Random } from './random.ts';
import type { Tally } from './tally.ts';

/** As in `serverless.yml`. */
const SWEEPERS = 2;
/** Lambda wants it to be no longer than the visibility timeout. Short, so that a killed invocation is soon retried. */
export const CLEAN_TIMEOUT_MS = 4000;
const VISIBILITY_SECONDS = 4;
/** Share of messages that are not removed although they are done. */
const LOST_REMOVALS = 0.01;
/** Calls from one outage of a service to the next. */
const OUTAGE_EVERY = { SQS: 400, DYNAMODB: 2500, EVENTBRIDGE: 800 };
const NAMES = { SQS: 'SQS', DYNAMODB: 'DynamoDB', EVENTBRIDGE: 'EventBridge' };

export interface SoakStackOptions {
  /** Where a build has put the bundles and their configuration. */
  readonly distDir: string;
  readonly workers: number;
  readonly withSweep: boolean;
  /** The secrets and addresses that the configuration names. */
  readonly env: Readonly<Record<string, string>>;
  readonly random: Random;
  /** Share of single calls to AWS that fail, 0 to 1. */
  readonly awsFaults: number;
  readonly tally: Tally;
  /** Gets every line that the functions print. */
  readonly onLine: (line: string) => void;
  /** Gets the input of every change of the ledger that DynamoDB has made. */
  readonly onLedgerWrite: (input: string) => void;
}

export interface SoakStack extends Stack {
  readonly receive: KillableFunction;
  readonly workers: readonly KillableFunction[];
}

/** Starts the local stack with several workers that can be killed, and AWS services that fail now and then. */
export async function startSoakStack(options: SoakStackOptions): Promise<SoakStack> {
  const { distDir, env, random, awsFaults, tally, onLine } = options;
  const started = new Map<string, KillableFunction[]>();
  await using opened = new AsyncDisposableStack();
  const stack = await startStack({
    distDir,
    env,
    cleaners: options.workers,
    sweepers: options.withSweep ? SWEEPERS : 0,
    onLine,
    onError(name) {
      tally.count('invocations', 'failed');
      // A killed process can't log it.
      const line = { level: 'error', event: 'invocation failed', function: name, stage: 'soak' };
      onLine(JSON.stringify({ time: new Date().toISOString(), ...line }));
    },
    openQueues: () => startSoakQueues(random.fork(), tally, awsFaults === 0 ? 0 : LOST_REMOVALS),
    async addressOf(service: AwsService, endpoint: string) {
      const proxy = await startFaultProxy({
        service: endpoint,
        outageEvery: OUTAGE_EVERY[service],
        random: random.fork(),
        share: awsFaults,
        onFault: (fault) => tally.count('aws faults', `${NAMES[service]}: ${fault}`),
        onDone(action, body) {
          if (action === 'UpdateItem') options.onLedgerWrite(body);
        },
      });
      opened.defer(() => proxy.close());
      return proxy.url;
    },
    async start(name, functionOptions) {
      const { timeoutMs } = functionOptions;
      const worker = await KillableFunction.start({
        ...functionOptions,
        timeoutMs: name === 'clean' ? CLEAN_TIMEOUT_MS : timeoutMs,
      });
      started.set(name, [...(started.get(name) ?? []), worker]);
      return worker;
    },
  });
  opened.defer(() => stack.close());
  const [receive] = started.get('receive') ?? [];
  if (receive === undefined) throw new Error('The stack has no function receive.');
  const closing = opened.move();
  const workers = started.get('clean') ?? [];
  return { ...stack, receive, workers, close: () => closing.disposeAsync() };
}

/** A function in a process that can be killed at any time, and is then started anew. */
export class KillableFunction implements FunctionProcess {
  readonly #options: FunctionOptions;
  #running: Promise<StartedFunction>;
  #invocations = 0;

  private constructor(options: FunctionOptions, first: StartedFunction) {
    this.#options = options;
    this.#running = Promise.resolve(first);
  }

  static async start(options: FunctionOptions): Promise<KillableFunction> {
    return new KillableFunction(options, await startFunction(options));
  }

  get isBusy(): boolean {
    return this.#invocations > 0;
  }

  async invoke(event: unknown): Promise<unknown> {
    const running = await this.#running;
    this.#invocations += 1;
    try {
      return await running.invoke(event);
    } finally {
      this.#invocations -= 1;
    }
  }

  /** Ends the process with SIGKILL, in the middle of its work. */
  async kill(): Promise<void> {
    const before = await this.#running;
    // Its pending invocations fail first.
    this.#running = before.kill().then(() => startFunction(this.#options));
    // The next invocation fails if it doesn't start.
    this.#running.catch(() => {});
  }

  async close(): Promise<void> {
    // A process that did not start anew has nothing to close.
    const running = await this.#running.catch(() => undefined);
    await running?.close();
  }
}

/** The queues of the local stack with shorter times, from which messages are sometimes not removed. */
async function startSoakQueues(random: Random, tally: Tally, lostRemovals: number): Promise<Queues> {
  const queues = await startQueues(VISIBILITY_SECONDS);
  return {
    ...queues,
    async receive(queueUrl, limit) {
      const messages = await queues.receive(queueUrl, limit);
      for (const { Attributes } of messages)
        tally.count('receives', Attributes['ApproximateReceiveCount'] === '1' ? 'first' : 'again');
      return messages;
    },
    async remove(queueUrl, receiptHandle) {
      if (random.chance(lostRemovals)) {
        tally.count('aws faults', 'SQS: message not removed');
        return;
      }
      await queues.remove(queueUrl, receiptHandle);
      tally.count('receives', 'removed');
    },
  };
}
