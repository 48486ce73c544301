import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { type Queues, startQueues } from '../../local/queues.ts';
import { type CapturedOutput, captureOutput } from '../support/captured-output.ts';
import { SECRET, startCloud } from '../support/cloud.ts';
import { configOf } from '../support/config.ts';
import { setVariables } from '../support/environment.ts';
import { type BusOnLoopback, startEventBus } from '../support/event-bus.ts';
import { readFixture } from '../support/fixture.ts';
import { lambdaContext } from '../support/lambda-context.ts';
import { type LedgerOnLoopback, startLedger } from '../support/ledger.ts';

let folder: string;
let queues: Queues;
let cloud: Emulator;
let ledger: LedgerOnLoopback;
let bus: BusOnLoopback;
let output: CapturedOutput;
let restore: () => void;
let invoke: (event: unknown, remainingMs?: number) => Promise<unknown>;

beforeAll(async () => {
  [queues, cloud, folder] = await Promise.all([
    startQueues(),
    startCloud(),
    mkdtemp(join(tmpdir(), 'clean-')),
  ]);
  ledger = await startLedger();
  bus = await startEventBus();
  const account = { region: 'cn-north-4', credentials: 'env:HUAWEICLOUD_CREDENTIALS' };
  const config = configOf({
    accounts: { main: { ...account, iamEndpoint: cloud.url, swrEndpoint: cloud.url } },
    routes: [{ from: 'ecr:{path+}', to: 'acme/{path}' }],
  });
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  restore = setVariables({
    CONFIG_FILE: join(folder, 'config.json'),
    CLEANUP_QUEUE_URL: queues.cleanupUrl,
    DEAD_LETTER_QUEUE_URL: queues.deadLettersUrl,
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    LEDGER_TABLE: ledger.table,
    EVENT_BUS_NAME: bus.name,
    HUAWEICLOUD_CREDENTIALS: SECRET,
  });
  output = captureOutput();
  const { handler } = await import('../../functions/clean.ts');
  invoke = (event, remainingMs = 60_000) =>
    handler(
      event,
      lambdaContext(() => remainingMs),
    );
});

afterEach(() => bus.clear());

afterAll(async () => {
  output.release();
  restore();
  await bus.close();
  await ledger.close();
  await Promise.all([queues.close(), cloud.close(), rm(folder, { recursive: true })]);
});

function sqsEvent(...bodies: string[]): SQSEvent {
  return {
    Records: bodies.map((body, index) => ({
      messageId: `m${index}`,
      receiptHandle: `handle-${index}`,
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
      eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:cleanup',
      awsRegion: 'eu-central-1',
    })),
  };
}

test('a batch returns exactly its failed messages', async () => {
  cloud.cloud.addTask({
    namespace: 'acme',
    repository: 'one',
    remoteRegionId: 'cn-east-3',
    remoteNamespace: 'dr',
    createdAt: '2026-03-02T08:15:27.53183Z',
  });
  cloud.fault('listSyncTasks', { status: 503 }, { nth: 2 });
  const event = sqsEvent(
    JSON.stringify({ namespace: 'acme', repository: 'one' }),
    JSON.stringify({ namespace: 'acme', repository: 'two' }),
    'no request',
  );
  expect(await invoke(event)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
  expect(cloud.cloud.tasks('acme', 'one')).toEqual([]);
  expect(queues.deadLetters()).toMatchObject([{ body: 'no request', attributes: { code: 'UNREADABLE' } }]);
  expect(bus.events.map(({ type }) => type).toSorted()).toEqual(['Cleanup Failed', 'Sync Task Deleted']);
});

test('a batch without time left returns as a whole', async () => {
  const event = sqsEvent(JSON.stringify({ namespace: 'acme', repository: 'payments/api' }));
  expect(await invoke(event, 1000)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
});

test('an event of EventBridge is worked off by its route', async () => {
  expect(await invoke(readFixture('eventbridge/ecr-delete-repository'))).toMatchObject({
    request: { namespace: 'acme', repository: 'team/app', source: 'ecr' },
    outcomes: [],
  });
});

test('a request is answered with its outcomes, and gets the id of the invocation', async () => {
  expect(
    await invoke({ namespace: 'acme', repository: 'payments/api', occurredAt: '2020-01-01T00:00:00Z' }),
  ).toMatchObject({
    request: { id: `invoke:${lambdaContext().awsRequestId}` },
    outcomes: [
      { outcome: 'kept', reason: 'newer than the event' },
      { outcome: 'kept', reason: 'newer than the event' },
    ],
  });
});

test('what is kept is announced before the invocation ends', async () => {
  await invoke({ namespace: 'acme', repository: 'payments/api', occurredAt: '2020-01-01T00:00:00Z' });
  expect(bus.detailsOf('Sync Task Kept')).toMatchObject([
    { stage: 'test', repository: 'payments/api', reason: 'newer than the event' },
    { stage: 'test', repository: 'payments/api', reason: 'newer than the event' },
  ]);
});

test('a payload that is neither fails, and the failure is logged', async () => {
  await expect(invoke({ hello: 'world' })).rejects.toThrow(
    'The payload is neither a cleanup request nor an event: namespace: expected a value, found nothing',
  );
  expect(output.lines.at(-1)).toMatch(
    /"level":"error","event":"invocation failed".*"awsRequestId":"[^"]+","message":"The payload is neither/,
  );
});
