import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SQSEvent } from 'aws-lambda';
import type { SendableType } from '../../cli/send/sample-bodies.ts';
import { startBus } from '../../local/bus.ts';
import { startDynamoDb } from '../../local/dynamodb.ts';
import { type FunctionProcess, startFunction } from '../../local/function-process.ts';
import { type Emulator, startEmulator } from '../../local/huaweicloud/emulator.ts';
import { startQueues } from '../../local/queues.ts';
import { build } from '../../scripts/build.ts';
import { httpEvent } from '../support/http-event.ts';
import { respond, startLoopbackServer } from '../support/loopback-server.ts';
import { type AwsStandIn, type Kind, startAwsStandIn } from './aws-stand-in.ts';
import { configuration, STORED, seed, TASK } from './full-run-config.ts';
import { SECRETS } from './secrets.ts';
import { type DeliveryOptions, signDelivery } from './signed-delivery.ts';

/** Kinds of output of the functions, by destination. */
export type Output = Kind | 'line' | 'answer' | 'error';

type FunctionName = 'receive' | 'clean' | 'sweep';

interface Delivery extends DeliveryOptions {
  /** Signs with another one. */
  readonly secret?: string;
}

/** All three functions in processes of their own, with everything around them on loopback, and all that they put out. */
export interface FullRun extends AsyncDisposable {
  readonly huaweiCloud: Emulator;
  readonly aws: AwsStandIn;
  readonly output: readonly (readonly [kind: Output, text: string])[];
  /** The signatures and tokens in the headers of the deliveries. */
  readonly proofs: ReadonlySet<string>;
  /** Has a repository of the organization `images` have one more task. */
  addTask(repository: string): void;
  /** Sends a webhook of a source, which is called like its type. */
  deliver(source: SendableType, delivery?: Delivery): Promise<void>;
  /** Sends anything else to an address of a webhook. */
  post(source: string, headers: Record<string, string | undefined>, body: string): Promise<void>;
  /** Has `clean` work on a message, or on anything else. */
  clean(payload: unknown): Promise<void>;
  /** Has `clean` work on everything that waits in its queue. */
  workOff(): Promise<void>;
  /** A whole sweep. */
  sweep(): Promise<void>;
  /** Starts a function once more. */
  startAgain(name: FunctionName): Promise<void>;
}

/** @param accounts those that are configured; all if missing. */
export async function startFullRun(accounts?: readonly string[]): Promise<FullRun> {
  await using opened = new AsyncDisposableStack();
  const keep = <T extends { close(): Promise<void> }>(started: T): T =>
    opened.adopt(started, (each) => each.close());
  const output: [Output, string][] = [];
  const proofs = new Set<string>();
  const note = (kind: Output, text: string) => void output.push([kind, text]);
  const noteResult = (result: Promise<unknown>) =>
    result.then(
      (answer) => note('answer', JSON.stringify(answer ?? null)),
      (error: unknown) => note('error', String(error)),
    );

  const huaweiCloud = keep(await startEmulator({ seed }));
  // Repeats the whole request in its error.
  const echo = keep(
    await startLoopbackServer((response, { headers, body }) => {
      const error_msg = `not with ${JSON.stringify(headers)} and ${body}`;
      respond(response, 400, { error_code: 'ECHO.0001', error_msg, message: error_msg });
    }),
  );
  const queues = keep(await startQueues());
  const ledger = keep(await startDynamoDb());
  const bus = keep(await startBus(queues, () => {}));
  const aws = keep(
    await startAwsStandIn({
      services: { AmazonSQS: queues.endpoint, DynamoDB_20120810: ledger.endpoint, AWSEvents: bus.endpoint },
      secrets: STORED,
      deadLettersUrl: queues.deadLettersUrl,
      onWrite: note,
    }),
  );
  const folder = await mkdtemp(join(tmpdir(), 'full-run-'));
  opened.defer(() => rm(folder, { recursive: true }));
  const configFile = join(folder, 'config.yml');
  // JSON is YAML as well.
  await writeFile(configFile, JSON.stringify(configuration(huaweiCloud.url, echo.url, accounts)));
  const distDir = join(folder, 'dist');
  await build({ stage: 'output', configFile, outDir: distDir });

  const start = (name: FunctionName): Promise<FunctionProcess> =>
    startFunction({
      bundle: join(distDir, `${name}.mjs`),
      env: {
        AWS_ENDPOINT_URL: aws.url,
        AWS_ACCESS_KEY_ID: 'AKIDOUTPUT',
        AWS_SECRET_ACCESS_KEY: SECRETS.awsSecretKey,
        AWS_SESSION_TOKEN: SECRETS.awsSessionToken,
        AWS_REGION: 'us-east-1',
        LOG_LEVEL: 'debug',
        STAGE: 'output',
        CLEANUP_QUEUE_URL: queues.cleanupUrl,
        DEAD_LETTER_QUEUE_URL: queues.deadLettersUrl,
        SWEEP_QUEUE_URL: queues.sweepUrl,
        LEDGER_TABLE: ledger.table,
        EVENT_BUS_NAME: 'output',
        MAX_RECEIVE_COUNT: '5',
        // What a function prints to standard error comes with its other lines.
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent('process.stderr.write = (text) => process.stdout.write(text);')}`,
      },
      timeoutMs: 30_000,
      onLine: (line) => note('line', line),
    });
  const started = new Map<FunctionName, Promise<FunctionProcess>>();
  opened.defer(async () => {
    for (const each of started.values()) await (await each).close();
  });
  /** Starts a function with its first event. */
  const invoke = async (name: FunctionName, event: unknown) => {
    const running = started.get(name) ?? start(name);
    started.set(name, running);
    const target = await running;
    await noteResult(target.invoke(event));
  };

  const post = async (source: string, headers: Record<string, string | undefined>, body: string) => {
    await invoke('receive', httpEvent({ source, headers, body }));
  };
  const workOff = async (queueUrl: string, name: FunctionName) => {
    for (
      let messages = await queues.receive(queueUrl, 10);
      messages.length > 0;
      messages = await queues.receive(queueUrl, 10)
    ) {
      await invoke(name, toEvent(messages.map(({ Body }) => Body)));
      for (const { ReceiptHandle } of messages) await queues.remove(queueUrl, ReceiptHandle);
    }
  };
  const closing = opened.move();
  return {
    huaweiCloud,
    aws,
    output,
    proofs,
    addTask(repository) {
      huaweiCloud.cloud.addRepository('images', repository);
      huaweiCloud.cloud.addTask({ namespace: 'images', repository, ...TASK });
    },
    post,
    async deliver(type, { secret, ...options } = {}) {
      const stored = type === 'github' ? SECRETS.githubSecret : STORED[type];
      const { headers, body, proofs: made } = signDelivery(type, secret ?? stored, options);
      for (const each of made) proofs.add(each);
      await post(type, headers, body);
    },
    clean: (payload) => invoke('clean', typeof payload === 'string' ? toEvent([payload]) : payload),
    workOff: () => workOff(queues.cleanupUrl, 'clean'),
    async sweep() {
      await invoke('sweep', {});
      await workOff(queues.sweepUrl, 'sweep');
    },
    startAgain: (name) => noteResult(start(name).then((again) => again.close())),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

function toEvent(bodies: readonly string[]): SQSEvent {
  return {
    Records: bodies.map((body) => ({
      messageId: randomUUID(),
      receiptHandle: 'of-a-message-that-was-taken-long-ago',
      body,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1795489200000',
        SenderId: 'AIDAEXAMPLE',
        ApproximateFirstReceiveTimestamp: '1795489200000',
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:swr-sync-cleanup-local',
      awsRegion: 'us-east-1',
    })),
  };
}
