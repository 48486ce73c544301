import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type Queues, startQueues } from '../../local/queues.ts';
import { captureOutput } from '../support/captured-output.ts';
import { configOf } from '../support/config.ts';
import { AWS_ACCESS, setVariables } from '../support/environment.ts';
import { type HttpEventOptions, httpEvent } from '../support/http-event.ts';
import { lambdaContext } from '../support/lambda-context.ts';
import { holds, holdsSlowly } from '../support/properties.ts';
import { anyCodePoints } from './values.ts';

const SOURCES = ['github', 'gitea', 'bitbucket', 'gitlab'] as const;
const secretOf = (source: string) => `the ${source} secret of this test`;

let folder: string;
let queues: Queues;
let restore: () => void;
let output: ReturnType<typeof captureOutput>;
let statusOf: (options: HttpEventOptions) => Promise<number>;

beforeAll(async () => {
  [queues, folder] = await Promise.all([startQueues(), mkdtemp(join(tmpdir(), 'receive-'))]);
  const config = configOf({
    sources: Object.fromEntries(
      SOURCES.map((type) => [
        type,
        {
          type,
          secret: `env:PROPERTY_${type}`,
          ...(type === 'bitbucket' && { api: { url: 'https://bitbucket.test', credentials: 'env:X' } }),
        },
      ]),
    ),
    routes: SOURCES.map((name) => ({ from: `${name}:{path+}`, to: `images/${name}/{path}` })),
  });
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  restore = setVariables({
    CONFIG_FILE: join(folder, 'config.json'),
    CLEANUP_QUEUE_URL: queues.cleanupUrl,
    ...AWS_ACCESS,
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    ...Object.fromEntries(SOURCES.map((type) => [`PROPERTY_${type}`, secretOf(type)])),
  });
  output = captureOutput();
  const { handler } = await import('../../functions/receive.ts');
  statusOf = async (options) => (await handler(httpEvent(options), lambdaContext())).statusCode;
});

afterAll(async () => {
  output.release();
  restore();
  await queues.close();
  await rm(folder, { recursive: true });
});

const via = fc.constantFrom(
  'HTTP API' as const,
  'Function URL' as const,
  'REST API' as const,
  'load balancer' as const,
  'load balancer, several values' as const,
);
const anyHeaders = fc.dictionary(
  fc.constantFrom(
    'content-type',
    'x-hub-signature-256',
    'x-gitlab-token',
    'x-github-event',
    'webhook-id',
    'authorization',
  ),
  fc.string(),
);

test('nothing that anybody sends is answered by 5xx', async () => {
  const options = fc.record({
    via,
    source: fc.oneof(fc.constantFrom(...SOURCES), fc.string()),
    method: fc.constantFrom('POST', 'GET', 'PUT'),
    headers: anyHeaders,
    body: fc.string(),
    base64: fc.boolean(),
  });
  await holds([options], async (each) => {
    expect(await statusOf(each)).toBeLessThan(500);
  });
});

test('nothing that is signed is answered by 5xx, whatever it says', async () => {
  const name = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), anyCodePoints);
  const body = fc.record({
    action: fc.oneof(fc.constant('deleted'), fc.jsonValue()),
    event_name: fc.oneof(fc.constant('project_destroy'), fc.constant('group_destroy'), fc.jsonValue()),
    path_with_namespace: fc.oneof(
      name.map((each) => `acme/${each}`),
      fc.jsonValue(),
    ),
    full_path: fc.oneof(name, fc.jsonValue()),
    repository: fc.oneof(fc.record({ full_name: name.map((each) => `acme/${each}`) }), fc.jsonValue()),
    organization: fc.oneof(fc.record({ login: name }), fc.jsonValue()),
  });
  const source = fc.constantFrom(...SOURCES);
  const event = fc.constantFrom('repository', 'organization', 'ping');
  await holdsSlowly([via, source, event, name, body], async (by, from, kind, id, content) => {
    const text = JSON.stringify(content);
    const digest = createHmac('sha256', secretOf(from)).update(text).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'x-hub-signature-256': `sha256=${digest}`,
      'x-hub-signature': `sha256=${digest}`,
      'x-gitea-signature': digest,
      'x-gitlab-token': secretOf(from),
      'x-github-event': kind,
      'x-gitea-event': kind,
      'x-event-key': 'repo:deleted',
      'x-github-delivery': id,
      'x-gitea-delivery': id,
      'x-request-uuid': id,
      'idempotency-key': id,
    };
    expect(await statusOf({ via: by, source: from, headers, body: text })).toBeLessThan(500);
  });
});
