import { createHash, createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Queues, startQueues } from '../../local/queues.ts';
import { type CapturedOutput, captureOutput } from '../support/captured-output.ts';
import { configOf } from '../support/config.ts';
import { AWS_ACCESS, setVariables } from '../support/environment.ts';
import { readWebhook } from '../support/fixture.ts';
import { type HttpEventOptions, httpEvent } from '../support/http-event.ts';
import { lambdaContext } from '../support/lambda-context.ts';

const deleted = readWebhook('github/repository-deleted');
const STANDARD_KEY = Buffer.alloc(32, 3);
const MIB = 1024 * 1024;
const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');

let folder: string;
let queues: Queues;
let output: CapturedOutput;
let restore: () => void;
let invoke: (options: HttpEventOptions) => Promise<{ status: number; headers: object; body: unknown }>;

beforeAll(async () => {
  queues = await startQueues();
  folder = await mkdtemp(join(tmpdir(), 'receive-'));
  const config = configOf({
    sources: {
      github: { type: 'github', secret: 'env:GITHUB_WEBHOOK_SECRET' },
      anyone: { type: 'standard-webhooks', secret: 'env:STANDARD_WEBHOOKS_SECRET' },
    },
    routes: [{ from: 'github:octocoders/{repo}', to: 'octo-images/{repo}', targets: ['cn-east-3/octo-dr'] }],
  });
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  restore = setVariables({
    CONFIG_FILE: join(folder, 'config.json'),
    CLEANUP_QUEUE_URL: queues.cleanupUrl,
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    ...AWS_ACCESS,
    GITHUB_WEBHOOK_SECRET: JSON.stringify(['the next secret of this test', deleted.secret]),
    STANDARD_WEBHOOKS_SECRET: `whsec_${STANDARD_KEY.toString('base64')}`,
  });
  const { handler } = await import('../../functions/receive.ts');
  invoke = async (options) => {
    const { statusCode, headers, multiValueHeaders, body } = await handler(
      httpEvent(options),
      lambdaContext(),
    );
    return {
      status: statusCode,
      headers: headers ?? multiValueHeaders ?? {},
      body: JSON.parse(body) as unknown,
    };
  };
});

afterAll(async () => {
  restore();
  await queues.close();
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  output = captureOutput();
});

afterEach(() => output.release());

const signed = (body: string, contentType = 'application/json') => ({
  body,
  headers: {
    'content-type': contentType,
    'x-hub-signature-256': `sha256=${createHmac('sha256', deleted.secret).update(body).digest('hex')}`,
  },
});

const signedByAnyone = (body: string, id = 'msg_1') => {
  const timestamp = `${Math.floor(Date.now() / 1000)}`;
  const signature = createHmac('sha256', STANDARD_KEY).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    source: 'anyone',
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
  };
};

async function takeMessages(): Promise<unknown[]> {
  const messages = await queues.receive(queues.cleanupUrl, 10);
  await Promise.all(messages.map(({ ReceiptHandle }) => queues.remove(queues.cleanupUrl, ReceiptHandle)));
  return messages.map(({ Body }) => JSON.parse(Body) as unknown);
}

describe('a deletion that is signed', () => {
  test.each([
    { why: 'as it came', options: {} },
    { why: 'in base64', options: { base64: true } },
    { why: 'by a Function URL', options: { via: 'Function URL' as const } },
    { why: 'by a REST API', options: { via: 'REST API' as const } },
    { why: 'by a load balancer', options: { via: 'load balancer' as const } },
    { why: 'by a load balancer, in base64', options: { via: 'load balancer' as const, base64: true } },
    {
      why: 'by a load balancer that sends several values of a header',
      options: { via: 'load balancer, several values' as const },
    },
  ])('is in the queue before it is accepted: $why', async ({ options }) => {
    const answer = await invoke({ ...deleted, ...options });
    expect(answer).toMatchObject({ status: 202, body: { status: 'accepted' } });
    const request = {
      version: 1,
      id: `webhook:github:${digestOf(deleted.body)}`,
      deliveryId: deleted.headers['x-github-delivery'],
      source: 'github',
      occurredAt: expect.stringMatching(/^\d{4}-/),
      account: 'main',
      namespace: 'octo-images',
      repository: 'hello-world',
      targets: [{ remoteRegionId: 'cn-east-3', remoteNamespace: 'octo-dr' }],
      siblings: 0,
    };
    expect(answer.body).toMatchObject({ id: request.id, requests: [request] });
    expect(await takeMessages()).toEqual([request]);
  });

  test('may be a Standard Webhook whose data is a cleanup request', async () => {
    const data = { namespace: 'acme', repository: 'payments/api', account: 'main' };
    const body = JSON.stringify({ type: 'repository.deleted', timestamp: '2026-11-24T03:00:00Z', data });
    const id = `webhook:anyone:${digestOf(`msg_1\n${body}`)}`;
    expect(await invoke(signedByAnyone(body))).toMatchObject({ status: 202, body: { id } });
    expect(await takeMessages()).toEqual([
      {
        version: 1,
        id,
        deliveryId: 'msg_1',
        source: 'anyone',
        occurredAt: '2026-11-24T03:00:00Z',
        siblings: 0,
        ...data,
      },
    ]);
  });
});

const otherDeletion = (fullName: string) =>
  signed(JSON.stringify({ action: 'deleted', repository: { full_name: fullName } }));

describe('what is fine, but not for this service, is ignored with the reason', () => {
  test.each([
    { why: 'ping', options: () => signed('{"zen":"x"}'), reason: /without an action/ },
    { why: 'another action', options: () => signed('{"action":"created"}'), reason: /created/ },
    { why: 'no route', options: () => otherDeletion('other/api'), reason: /no route for github:other\/api/ },
    {
      why: 'a name SWR can not have',
      options: () => otherDeletion('octocoders/.github'),
      reason: /"\.github"/,
    },
    {
      why: 'a name SWR can not have, by a Standard Webhook',
      options: () => signedByAnyone('{"type":"repository.deleted","data":{"namespace":"Acme"}}'),
      reason: /"Acme" is not an SWR organization/,
    },
  ])('$why', async ({ options, reason }) => {
    const answer = await invoke(options());
    expect(answer).toMatchObject({
      status: 200,
      body: { status: 'ignored', reason: expect.stringMatching(reason) },
    });
  });
});

describe('what is not right is answered by a problem that says what', () => {
  const withHeaders = (headers: Record<string, string | undefined>) => ({
    ...deleted,
    headers: { ...deleted.headers, ...headers },
  });
  const unsigned = { 'x-hub-signature-256': undefined };
  const wrong = { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` };
  test.each([
    { why: 'no signature', options: () => withHeaders(unsigned), status: 401 },
    { why: 'an empty signature', options: () => withHeaders({ 'x-hub-signature-256': '' }), status: 401 },
    { why: 'a malformed signature', options: () => withHeaders({ 'x-hub-signature-256': 'x' }), status: 401 },
    { why: 'a wrong signature', options: () => withHeaders(wrong), status: 401 },
    { why: 'nothing at all', options: () => ({}), status: 401 },
    { why: 'no such source', options: () => ({ ...deleted, source: 'gitlab' }), status: 404 },
    {
      why: 'a source that is a property of every object',
      options: () => ({ source: 'constructor' }),
      status: 404,
    },
    {
      why: 'another method',
      options: () => ({ ...deleted, method: 'GET', via: 'Function URL' as const }),
      status: 405,
    },
    { why: 'more than 1 MiB', options: () => signed(JSON.stringify('x'.repeat(MIB))), status: 413 },
    {
      why: 'a form',
      options: () => signed('payload=%7B%7D', 'application/x-www-form-urlencoded'),
      status: 415,
    },
    { why: 'no JSON', options: () => signed('{"action":'), status: 422 },
    { why: 'no body', options: () => signed(''), status: 422 },
    { why: 'null', options: () => signed('null'), status: 422 },
    {
      why: 'another shape',
      options: () => signed('{"action":"deleted","repository":{"name":"x"}}'),
      status: 422,
    },
    {
      why: 'an unknown account',
      options: () =>
        signedByAnyone('{"type":"repository.deleted","data":{"namespace":"acme","account":"x"}}'),
      status: 422,
    },
  ])('$why: $status', async ({ options, status }) => {
    const answer = await invoke(options());
    expect(answer).toMatchObject({
      status,
      headers: { 'Content-Type': 'application/problem+json' },
      body: { type: 'about:blank', status, title: expect.any(String), detail: expect.any(String) },
    });
    expect(output.lines.map((line) => JSON.parse(line) as unknown)).toContainEqual(
      expect.objectContaining({ level: 'warn', event: 'rejected', source: expect.any(String), status }),
    );
  });

  test('an ambiguous event of a source without an API is rejected and counted', async () => {
    const answer = await invoke(
      signed('{"action":"deleted","repository":{"full_name":"octocoders/api"},"archive":{}}'),
    );
    const reason =
      'unknown key "archive": configure sources.github.api to check the source, or update this service';
    expect(answer).toMatchObject({ status: 422, body: { detail: `Ambiguous event: ${reason}.` } });
    const lines = output.lines.map((line) => JSON.parse(line) as unknown);
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'rejected', status: 422, code: 'AMBIGUOUS_EVENT' }),
    );
    expect(lines).toContainEqual(expect.objectContaining({ event: 'metrics', WebhooksAmbiguous: 1 }));
  });

  test('an issue has its path', async () => {
    const answer = await invoke(signed('{"action":"deleted","repository":{}}'));
    expect(answer.body).toMatchObject({
      errors: [{ path: 'repository.full_name', found: 'nothing', expected: 'a value' }],
    });
  });

  test('the log says which source and why, and never the expected signature', async () => {
    await invoke(withHeaders(wrong));
    const [right = ''] = [deleted.headers['x-hub-signature-256']?.slice('sha256='.length)];
    expect(output.lines.join('\n')).toMatch(
      /"event":"rejected".*"source":"github".*fits none of the stored secrets/,
    );
    expect(output.lines.join('\n')).not.toContain(right);
  });
});

test('a load balancer that sends headers only as lists gets them back as lists', async () => {
  const via = 'load balancer, several values' as const;
  expect(await invoke({ ...deleted, headers: {}, via })).toMatchObject({
    status: 401,
    headers: { 'Content-Type': ['application/problem+json'] },
  });
});

test('while the queue rejects everything, the sender is asked to retry', async () => {
  const restoreQueue = setVariables({ AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1' });
  try {
    expect(await invoke(deleted)).toMatchObject({ status: 503, headers: { 'Retry-After': '10' } });
  } finally {
    restoreQueue();
  }
});

test('nothing that is printed has a secret in it', async () => {
  await invoke(deleted);
  await invoke({ ...deleted, headers: {} });
  await invoke(signedByAnyone('{}'));
  await takeMessages();
  const printed = output.lines.join('\n');
  expect(printed).not.toBe('');
  for (const secret of [deleted.secret, 'the next secret of this test', STANDARD_KEY.toString('base64')]) {
    expect(printed).not.toContain(secret);
  }
});
