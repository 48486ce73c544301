import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Queue } from '../../lib/aws/queue.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';
import { type Sqs, startSqs } from '../support/sqs.ts';

const TIMEOUT_MS = 5000;

let sqs: Sqs;
let queue: Queue;
let deadLetters: Queue;
beforeAll(async () => {
  sqs = await startSqs();
  queue = new Queue(sqs.cleanupQueueUrl);
  deadLetters = new Queue(sqs.deadLetterQueueUrl);
});
afterEach(() => sqs.empty());
afterAll(() => sqs.close());

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `message ${index}`);
}

describe('sending', () => {
  test.each([
    { why: 'nothing needs no call', count: 0 },
    { why: 'one', count: 1 },
    { why: 'as many as one batch takes', count: 10 },
    { why: 'one batch more', count: 11 },
    { why: 'several batches', count: 25 },
  ])('puts $count messages into the queue: $why', async ({ count }) => {
    await queue.send(numbered(count), TIMEOUT_MS);
    expect(sqs.ready().toSorted()).toEqual(numbered(count).toSorted());
  });

  test('keeps a text to the letter', async () => {
    const body = '{ "ä": "漢字 \\u0000" }\n';
    await queue.send([body], TIMEOUT_MS);
    expect(sqs.ready()).toEqual([body]);
  });

  test('fails where the queue does not take one of a batch', async () => {
    await expect(queue.send(['good', 'bad \u0000', 'good'], TIMEOUT_MS)).rejects.toMatchObject({
      name: 'AwsError',
      failure: { code: 'InvalidMessageContents', retryable: true },
    });
  });

  test('has five calls under way at a time', async () => {
    const waiting: ServerResponse[] = [];
    const server = await startLoopbackServer((response) => {
      waiting.push(response);
      if (waiting.length === 5) for (const each of waiting.splice(0)) respond(each, 200, {});
    });
    try {
      await new Queue(`${server.url}/0/cleanup`).send(numbered(100), TIMEOUT_MS);
      expect(server.requests).toHaveLength(10);
    } finally {
      await server.close();
    }
  });

  test('fails as a whole where the time is over for a part of it', async () => {
    const server = await startLoopbackServer((response, { body }) => {
      if (body.includes('message 55')) return;
      respond(response, 200, {});
    });
    try {
      await expect(new Queue(`${server.url}/0/cleanup`).send(numbered(100), 300)).rejects.toMatchObject({
        failure: { code: 'TIMEOUT', retryable: true },
      });
    } finally {
      await server.close();
    }
  });

  test('puts no more into one call than 256 KiB as it is sent', async () => {
    const server = await startLoopbackServer((response) => respond(response, 200, {}));
    try {
      const large = (bytes: number) => '"'.repeat(bytes / 2);
      const bodies = [
        large(100_000),
        large(100_000),
        large(100_000),
        large(300_000),
        'x',
        'y',
        '漢'.repeat(80_000),
      ];
      await new Queue(`${server.url}/0/cleanup`).send(bodies, TIMEOUT_MS);
      const sent = server.requests.map(
        ({ body }): { MessageBody?: string; Entries?: { MessageBody: string }[] } => Object(JSON.parse(body)),
      );
      const batches = sent.map(({ MessageBody, Entries }) =>
        MessageBody === undefined
          ? (Entries ?? []).map((entry) => entry.MessageBody.length)
          : [MessageBody.length],
      );
      expect(batches.toSorted((one, other) => other.length - one.length)).toEqual(
        expect.arrayContaining([[50_000, 50_000], [50_000], [150_000], [1, 1, 80_000]]),
      );
      for (const { body } of server.requests) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(301_000);
    } finally {
      await server.close();
    }
  });

  test('fails where there is no such queue', async () => {
    const missing = new Queue(sqs.cleanupQueueUrl.replace('cleanup', 'missing'));
    await expect(missing.send(['x'], TIMEOUT_MS)).rejects.toMatchObject({
      failure: { code: 'QueueDoesNotExist', retryable: false },
    });
  });

  test('calls the host of its address, and names the queue by it', async () => {
    const server = await startLoopbackServer((response) => respond(response, 200, {}));
    try {
      const url = `${server.url}/123456789012/cleanup`;
      await new Queue(url).send(['x'], TIMEOUT_MS);
      expect(server.requests).toMatchObject([
        { path: '/', body: JSON.stringify({ QueueUrl: url, MessageBody: 'x' }) },
      ]);
    } finally {
      await server.close();
    }
  });
});

describe('what SQS is told', () => {
  let server: LoopbackServer;
  let answer: unknown;
  let recording: Queue;
  beforeEach(async () => {
    answer = {};
    server = await startLoopbackServer((response) => respond(response, 200, answer));
    recording = new Queue(`${server.url}/queue`);
  });
  afterEach(() => server.close());
  const inputs = () => server.requests.map(({ body }): unknown => JSON.parse(body));
  const QueueUrl = expect.any(String);

  test.each([
    { why: 'no wait is wanted', wanted: 0, delay: {} },
    { why: 'a wait is no wait', wanted: -1, delay: {} },
    { why: 'a second', wanted: 1, delay: { DelaySeconds: 1 } },
    { why: 'the longest wait', wanted: 900, delay: { DelaySeconds: 900 } },
    { why: 'more than it takes', wanted: 901, delay: { DelaySeconds: 900 } },
  ])('is $delay where $why, of one message and of each of several', async ({ wanted, delay }) => {
    await recording.send(['a'], TIMEOUT_MS, wanted);
    await recording.send(['b', 'c'], TIMEOUT_MS, wanted);
    expect(inputs()).toEqual([
      { QueueUrl, MessageBody: 'a', ...delay },
      {
        QueueUrl,
        Entries: [
          { Id: '0', MessageBody: 'b', ...delay },
          { Id: '1', MessageBody: 'c', ...delay },
        ],
      },
    ]);
  });

  test('is the type of each attribute', async () => {
    await recording.sendWithAttributes('a', { reason: 'why', status: 403 }, TIMEOUT_MS);
    expect(inputs()).toEqual([
      {
        QueueUrl,
        MessageBody: 'a',
        MessageAttributes: {
          reason: { DataType: 'String', StringValue: 'why' },
          status: { DataType: 'Number', StringValue: '403' },
        },
      },
    ]);
  });

  test.each([
    { failed: { Code: 'Busy', Message: 'later' }, message: 'sqs SendMessageBatch: Busy later' },
    { failed: { Code: 'Busy' }, message: 'sqs SendMessageBatch: Busy' },
  ])('and says of one of a batch is an error: $message', async ({ failed, message }) => {
    answer = { Successful: [{}], Failed: [failed] };
    await expect(recording.send(['a', 'b'], TIMEOUT_MS)).rejects.toMatchObject({
      message,
      failure: { code: 'Busy', retryable: true },
    });
  });
});

describe('attributes', () => {
  test('stand beside the message, and empty ones are left out', async () => {
    const attributes = { reason: 'why', code: 'X.1', status: 403, request: undefined, empty: '' };
    await deadLetters.sendWithAttributes('body', attributes, TIMEOUT_MS);
    expect(sqs.deadLettered()).toEqual([
      { body: 'body', attributes: { reason: 'why', code: 'X.1', status: '403' } },
    ]);
  });
});

describe('hiding', () => {
  test.each([
    { why: 'brings a message back at once', seconds: 0 },
    { why: 'for longer than usual', seconds: 900 },
    { why: 'for as long as a queue can', seconds: 42_840 },
  ])('for $seconds s $why', async ({ seconds }) => {
    sqs.put('x');
    const [record] = await sqs.receive();
    await queue.hide(record?.receiptHandle ?? '', seconds, TIMEOUT_MS);
    if (seconds === 0) await sqs.receive();
    const [hidden] = sqs.hidden();
    const expected = seconds === 0 ? 60 : seconds;
    expect(Math.abs((hidden?.seconds ?? 0) - expected)).toBeLessThan(3);
  });

  test('fails where the message is not hidden any more', async () => {
    await expect(queue.hide('unknown', 30, TIMEOUT_MS)).rejects.toMatchObject({
      failure: { code: 'MessageNotInflight', retryable: false },
    });
  });
});
