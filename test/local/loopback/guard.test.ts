import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Bus, startBus } from '../../../local/bus.ts';
import { type DynamoDb, startDynamoDb } from '../../../local/dynamodb.ts';
import { type Emulator, startEmulator } from '../../../local/huaweicloud/emulator.ts';
import { type Queues, startQueues } from '../../../local/queues.ts';
import { HOSTILE_HEADERS } from '../../support/hostile-headers.ts';
import { sendRaw } from '../../support/raw-request.ts';

let queues: Queues;
let bus: Bus;
let ledger: DynamoDb;
let emulator: Emulator;

beforeAll(async () => {
  [queues, ledger, emulator] = await Promise.all([startQueues(), startDynamoDb(), startEmulator()]);
  bus = await startBus(queues, () => {});
});
afterAll(() => Promise.all([queues.close(), bus.close(), ledger.close(), emulator.close()]));

const sqs = (action: string, input: object) => ({
  headers: { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': `AmazonSQS.${action}` },
  body: JSON.stringify(input),
});
const sendMessage = () =>
  sqs('SendMessage', { QueueUrl: queues.cleanupUrl, MessageBody: '{"namespace":"acme-images"}' });

describe.each([
  ['SQS', () => ({ url: queues.endpoint, ...sendMessage() })],
  [
    'EventBridge',
    () => ({
      url: bus.endpoint,
      headers: { 'X-Amz-Target': 'AWSEvents.PutEvents', 'Content-Type': 'application/x-amz-json-1.1' },
      body: '{"Entries":[]}',
    }),
  ],
  ['DynamoDB', () => ({ url: ledger.endpoint, method: 'GET', headers: {} })],
  [
    'Huawei Cloud',
    () => ({
      url: `${emulator.url}/v3/auth/tokens`,
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    }),
  ],
])('%s of the local stack', (_, call) => {
  test('serves a program on this machine', async () => {
    const { url, ...request } = call();
    expect((await sendRaw(url, request)).status).not.toBe(403);
  });

  test.each(HOSTILE_HEADERS)('refuses $hostile', async ({ hostile }) => {
    const { url, ...request } = call();
    // The emulator plays Huawei Cloud under its names, and holds nothing real.
    if (url.startsWith(emulator.url) && 'Host' in hostile) return;
    const answer = await sendRaw(url, { ...request, headers: { ...request.headers, ...hostile } });
    expect(answer).toMatchObject({ status: 403, body: expect.stringContaining('"message":"Forbidden: ') });
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('allows no page to ask', async () => {
    const { url } = call();
    const headers = {
      Origin: 'https://attacker.example',
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'x-amz-target',
    };
    expect(await sendRaw(url, { method: 'OPTIONS', headers })).toMatchObject({ status: 403 });
  });
});

test('a message that a page sends is not in the queue', async () => {
  const { headers, body } = sendMessage();
  await queues.receive(queues.cleanupUrl, 10);
  await sendRaw(queues.endpoint, { headers: { ...headers, Origin: 'https://attacker.example' }, body });
  expect(await queues.receive(queues.cleanupUrl, 10)).toEqual([]);
});

/** Addresses of this machine that others on the network reach it by. */
const others = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .filter(({ internal, family }) => !internal && family === 'IPv4')
  .map(({ address }) => address);

test.each(others)('another machine, which reaches %s, is not served', async (address) => {
  const { headers, body } = sendMessage();
  for (const endpoint of [queues.endpoint, bus.endpoint, ledger.endpoint, emulator.url]) {
    const { port } = new URL(endpoint);
    const Host = `127.0.0.1:${port}`;
    const outcome = await sendRaw(`http://${address}:${port}/`, { headers: { ...headers, Host }, body }).then(
      ({ status }) => status,
      ({ code }: NodeJS.ErrnoException) => code,
    );
    // Either nothing listens at this address, or it refuses.
    expect(['ECONNREFUSED', 403]).toContain(outcome);
  }
});
