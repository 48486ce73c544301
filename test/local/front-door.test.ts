import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { signSample } from '../../cli/send/senders.ts';
import { openFrontDoor } from '../../local/front-door.ts';
import type { FunctionProcess } from '../../local/function-process.ts';
import { HOSTILE_HEADERS } from '../support/hostile-headers.ts';
import { sendRaw } from '../support/raw-request.ts';

const INVOKE = '/2015-03-31/functions/clean/invocations';
const WEBHOOK = '/webhooks/github';
const JSON_TYPE = { 'Content-Type': 'application/json' };
const PUT_EVENTS = { 'X-Amz-Target': 'AWSEvents.PutEvents', 'Content-Type': 'application/x-amz-json-1.1' };
const AWS_SIGNATURE = {
  Authorization: 'AWS4-HMAC-SHA256 Credential=local/20261124/us-east-1/lambda/aws4_request, Signature=00',
};
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** Names what reached the functions and the bus, with its input. */
const reached: [string, unknown][] = [];
let frontDoor: Awaited<ReturnType<typeof openFrontDoor>>;
let url: string;

beforeAll(async () => {
  const play = (name: string, answer: unknown): FunctionProcess => ({
    invoke: async (input) => {
      reached.push([name, input]);
      return answer;
    },
    close: async () => {},
  });
  const receive = play('receive', { statusCode: 202, body: '{}' });
  const putEvents = (input: unknown) => {
    reached.push(['bus', input]);
    return { FailedEntryCount: 0, Entries: [] };
  };
  frontDoor = await openFrontDoor({ receive, invokable: { clean: play('clean', {}) }, putEvents }, 0);
  ({ url } = frontDoor);
});
afterAll(() => frontDoor.close());
beforeEach(() => {
  reached.length = 0;
});

const entrances = [
  { entrance: 'Invoke', path: INVOKE, headers: JSON_TYPE },
  { entrance: 'PutEvents', path: '/', headers: PUT_EVENTS },
  { entrance: 'a webhook', path: WEBHOOK, headers: JSON_TYPE },
];
const calls = entrances.slice(0, 2);

describe.each(entrances)('$entrance', ({ path, headers }) => {
  test.each(HOSTILE_HEADERS)('is rejected with $hostile', async ({ hostile }) => {
    const answer = await sendRaw(`${url}${path}`, { headers: { ...headers, ...hostile }, body: '{}' });
    expect(answer).toMatchObject({ status: 403, headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(answer.body)).toEqual({ message: expect.stringMatching(/^Forbidden: .+\.$/) });
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(reached).toEqual([]);
  });

  test('is rejected with a larger body than an HTTP API accepts', async () => {
    const body = `"${'a'.repeat(MAX_BODY_BYTES)}"`;
    expect(await sendRaw(`${url}${path}`, { headers, body })).toMatchObject({
      status: 413,
      body: expect.stringContaining(`at most ${MAX_BODY_BYTES} bytes`),
    });
    expect(reached).toEqual([]);
  });

  test.each(['localhost', '127.0.0.1', '127.0.0.2', '[::1]', 'LOCALHOST'])(
    'is served at %s',
    async (name) => {
      for (const Host of [name, `${name}:${new URL(url).port}`]) {
        const answer = await sendRaw(`${url}${path}`, { headers: { ...headers, Host }, body: '{}' });
        expect(answer.status).toBeLessThan(300);
      }
      expect(reached).toHaveLength(2);
    },
  );
});

describe.each(calls)('$entrance', ({ path, headers }) => {
  test.each([
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/plain;charset=UTF-8',
    'text/plain, application/json',
    'text/plain; application/json',
    'application/jsonp',
    '',
    undefined,
  ])('is rejected with the content type %s', async (type) => {
    const { 'Content-Type': _, ...others } = headers;
    const sent = { ...others, ...(type !== undefined && { 'Content-Type': type }) };
    const answer = await sendRaw(`${url}${path}`, { headers: sent, body: '{}' });
    expect(answer).toMatchObject({
      status: 415,
      body: expect.stringContaining('send one of application/json'),
    });
    expect(reached).toEqual([]);
  });

  test('is rejected with the content type of a form, even when signed', async () => {
    const sent = { ...headers, ...AWS_SIGNATURE, 'Content-Type': 'text/plain' };
    expect(await sendRaw(`${url}${path}`, { headers: sent, body: '{}' })).toMatchObject({ status: 415 });
  });

  test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('is rejected for %s', async (method) => {
    const answer = await sendRaw(`${url}${path}`, { method, headers });
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    expect(reached).toEqual([]);
  });

  test('is rejected with a body that is not JSON', async () => {
    expect(await sendRaw(`${url}${path}`, { headers, body: 'a=b' })).toMatchObject({
      status: 400,
      body: '{"message":"Bad Request: the body is not JSON."}',
    });
  });
});

describe('a request of a common client is served', () => {
  const curl = { 'User-Agent': 'curl/8.14.1', Accept: '*/*' };
  const awsCli = { 'User-Agent': 'aws-cli/2.31.0', 'Accept-Encoding': 'identity', ...AWS_SIGNATURE };
  const { headers: github, body: deletion } = signSample(
    'github',
    { repository: 'acme/web' },
    'a secret of this test',
  );
  test.each<[who: string, path: string, headers: Record<string, string>, to: string, body?: string]>([
    ['curl, an invocation', INVOKE, { ...curl, ...JSON_TYPE }, 'clean'],
    ['curl, an event', '/', { ...curl, ...PUT_EVENTS }, 'bus'],
    ['the AWS CLI, an invocation', INVOKE, awsCli, 'clean'],
    ['the AWS CLI, an event', '/', { ...awsCli, ...PUT_EVENTS }, 'bus'],
    [
      'the SDK for JavaScript',
      INVOKE,
      { ...AWS_SIGNATURE, 'Content-Type': 'application/octet-stream' },
      'clean',
    ],
    ['JSON with a charset', INVOKE, { 'Content-Type': 'Application/JSON; charset=utf-8' }, 'clean'],
    ['fetch of Node.js, with Sec-Fetch-Mode', INVOKE, { ...JSON_TYPE, 'Sec-Fetch-Mode': 'cors' }, 'clean'],
    ['GitHub', WEBHOOK, github, 'receive', deletion],
    [
      'Amazon SNS, with JSON as text/plain',
      '/webhooks/sns',
      { 'Content-Type': 'text/plain; charset=UTF-8', 'X-Amz-Sns-Message-Type': 'Notification' },
      'receive',
    ],
  ])('%s', async (_, path, headers, to, body = '{}') => {
    const answer = await sendRaw(`${url}${path}`, { headers, body });
    expect(answer.status).toBeLessThan(300);
    expect(reached.map(([name]) => name)).toEqual([to]);
  });

  test('an invocation without a payload', async () => {
    expect(await sendRaw(`${url}${INVOKE}`, { headers: awsCli })).toMatchObject({ status: 200 });
    expect(reached).toEqual([['clean', {}]]);
  });
});

test.each([
  { path: '/webhooks/%', status: 400 },
  { path: '//', status: 400 },
  { path: '/', status: 404 },
  { path: '/webhooks/github/more', status: 404 },
  { path: '/2015-03-31/functions/constructor/invocations', status: 404 },
])('$path is answered $status', async ({ path, status }) => {
  expect(await sendRaw(`${url}${path}`, { headers: JSON_TYPE, body: '{}' })).toMatchObject({ status });
  expect(reached).toEqual([]);
});
