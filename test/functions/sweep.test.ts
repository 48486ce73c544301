import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Context, SQSEvent } from 'aws-lambda';
import * as v from 'valibot';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { type CapturedOutput, captureOutput } from '../support/captured-output.ts';
import { DR, SECRET, startCloud, USER } from '../support/cloud.ts';
import { configOf } from '../support/config.ts';
import { setVariables } from '../support/environment.ts';
import { lambdaContext } from '../support/lambda-context.ts';
import { type LedgerOnLoopback, startLedger } from '../support/ledger.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';
import { type Sqs, startSqs } from '../support/sqs.ts';

const lineSchema = v.looseObject({ event: v.optional(v.string(), '') });

let folder: string;
let steps: Sqs;
let cleanups: Sqs;
let cloud: Emulator;
let far: Emulator;
let ledger: LedgerOnLoopback;
let eventBridge: LoopbackServer;
let output: CapturedOutput;
let restore: () => void;
let invoke: (event: unknown, differences?: Partial<Context>) => Promise<unknown>;

beforeAll(async () => {
  [steps, cleanups, cloud, far, ledger, eventBridge, folder] = await Promise.all([
    startSqs(),
    startSqs(),
    startCloud(),
    startCloud({ seed: { region: DR.remoteRegionId, users: [USER], organizations: [{ name: 'somebody' }] } }),
    startLedger(),
    startLoopbackServer((response) => respond(response, 200, { Entries: [{ EventId: '1' }] })),
    mkdtemp(join(tmpdir(), 'sweep-')),
  ]);
  const account = (region: string, { url }: Emulator) => {
    return { region, credentials: 'env:HUAWEICLOUD_CREDENTIALS', iamEndpoint: url, swrEndpoint: url };
  };
  const config = configOf({
    accounts: { main: account('cn-north-4', cloud), far: account(DR.remoteRegionId, far) },
    sources: {
      forge: {
        type: 'gitea',
        secret: 'env:FORGE_WEBHOOK_SECRET',
        api: { url: 'https://forge.example.com', credentials: 'env:FORGE_TOKEN_OF_NOBODY' },
      },
    },
    sweep: { mode: 'apply', maxPercent: 50, targetAccounts: ['far'] },
  });
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  restore = setVariables({
    CONFIG_FILE: join(folder, 'config.json'),
    SWEEP_QUEUE_URL: steps.cleanupQueueUrl,
    CLEANUP_QUEUE_URL: cleanups.cleanupQueueUrl,
    LEDGER_TABLE: ledger.table,
    EVENT_BUS_NAME: 'bus-of-the-stage',
    AWS_ENDPOINT_URL_EVENTBRIDGE: eventBridge.url,
    HUAWEICLOUD_CREDENTIALS: SECRET,
  });
  output = captureOutput();
  const { handler } = await import('../../functions/sweep.ts');
  invoke = (event, differences) => handler(event, { ...lambdaContext(), ...differences });
});
beforeEach(() => {
  output.clear();
  steps.empty();
});
afterAll(async () => {
  output.release();
  restore();
  const servers = [steps, cleanups, cloud, far, ledger, eventBridge];
  await Promise.all([...servers.map((server) => server.close()), rm(folder, { recursive: true })]);
});

const schedule = {
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  time: '2026-11-24T03:00:00Z',
  resources: [],
  detail: {},
};

/** Gives the function what waits in its queue, as the event source does, until nothing does. */
async function takeAll(): Promise<void> {
  for (let Records = await steps.receive(); Records.length > 0; Records = await steps.receive()) {
    const event: SQSEvent = { Records };
    await expect(invoke(event)).resolves.toEqual({ batchItemFailures: [] });
    await steps.finish(Records, { batchItemFailures: [] });
  }
}

const linesOf = (event: string) =>
  output.lines.map((line) => v.parse(lineSchema, JSON.parse(line))).filter((line) => line.event === event);

test('a schedule begins a sweep, and the steps from the queue bring it to its end', async () => {
  const sweep = lambdaContext().awsRequestId;
  await expect(invoke(schedule)).resolves.toEqual({ sweep, steps: 2 });
  await takeAll();
  expect(linesOf('sweep finished')).toMatchObject([
    { function: 'sweep', stage: 'test', sweep, state: 'applied', tasks: 2, found: 1 },
  ]);
  expect(output.lines.filter((line) => line.includes('CloudWatchMetrics')).join('\n')).toMatch(
    /"SweepTasksFound":1/,
  );
  expect(cleanups.ready().map((body): unknown => JSON.parse(body))).toMatchObject([
    { source: 'sweep', account: 'main', namespace: 'acme', repository: 'payments/api', targets: [DR] },
  ]);
  expect(eventBridge.requests.map(({ body }): unknown => JSON.parse(body))).toMatchObject([
    {
      Entries: [
        {
          EventBusName: 'bus-of-the-stage',
          DetailType: 'Sweep Finished',
          Detail: expect.stringMatching(/"state":"applied"/),
        },
      ],
    },
  ]);
});

test('a sweep reports unusable credentials of an API that it does not need', async () => {
  await invoke(schedule, { awsRequestId: 'that needs no API' });
  expect(linesOf('unusable')).toMatchObject([{ of: 'the API of source forge', code: 'SECRET_UNUSABLE' }]);
  expect(output.lines.map((line): unknown => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ SecretsUnusable: 1, Of: 'the API of source forge' }),
  );
});

test('an unreadable step returns to the queue', async () => {
  steps.put('no step');
  const Records = await steps.receive();
  await expect(invoke({ Records })).resolves.toEqual({
    batchItemFailures: [{ itemIdentifier: Records[0]?.messageId }],
  });
});

test('an invocation without time to list anything fails, and the failure is logged', async () => {
  cloud.fault('listNamespaces', { hang: true }, { times: 9 });
  far.fault('listNamespaces', { hang: true }, { times: 9 });
  const late = { awsRequestId: 'another', getRemainingTimeInMillis: () => 1100 };
  await expect(invoke({}, late)).rejects.toThrow('listing the organizations');
  expect(linesOf('invocation failed')).toHaveLength(1);
  cloud.clearFaults();
  far.clearFaults();
});
