import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WebhookEvent } from '../../lib/webhook/http-event.ts';
import { type Queues, startQueues } from '../../local/queues.ts';
import { type CapturedOutput, captureOutput } from '../support/captured-output.ts';
import { configOf } from '../support/config.ts';
import { setVariables } from '../support/environment.ts';
import { httpEvent } from '../support/http-event.ts';
import { lambdaContext } from '../support/lambda-context.ts';
import { parseMetricLine } from '../support/metric-line.ts';

const RIGHT = 'the right secret of this test';
const SHARED = 'the secret that two sources share';
const STORED: Readonly<Record<string, string | undefined>> = {
  GOOD: RIGHT,
  SHORT: 'hunter2',
  MISSING: undefined,
  ONE: SHARED,
  TWO: JSON.stringify([SHARED, 'another secret of this test']),
};

let folder: string;
let queues: Queues;
let output: CapturedOutput;
let restore: () => void;
/** A delivery that is signed with a secret. */
let deliver: (source: string, secret?: string) => Promise<{ status: number; headers: unknown; body: string }>;
let schedule: () => Promise<unknown>;

beforeAll(async () => {
  [queues, folder] = await Promise.all([startQueues(), mkdtemp(join(tmpdir(), 'unusable-'))]);
  const names = Object.keys(STORED);
  const config = configOf({
    sources: {
      ...Object.fromEntries(
        names.map((name) => [name.toLowerCase(), { type: 'github', secret: `env:UNUSABLE_${name}` }]),
      ),
      topics: { type: 'aws-sns', topics: ['arn:aws:sns:eu-central-1:123456789012:swr-deletions'] },
    },
    routes: [{ from: 'good:acme/{repo}', to: 'images/{repo}' }],
  });
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  restore = setVariables({
    CONFIG_FILE: join(folder, 'config.json'),
    CLEANUP_QUEUE_URL: queues.cleanupUrl,
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    ...Object.fromEntries(names.map((name) => [`UNUSABLE_${name}`, STORED[name]])),
  });
  output = captureOutput();
  const { handler } = await import('../../functions/receive.ts');
  // The schedule's event is no webhook, and its answer is not read.
  // oxlint-disable-next-line no-unsafe-type-assertion
  schedule = () => handler({ source: 'aws.events' } as unknown as WebhookEvent, lambdaContext());
  deliver = async (source, secret = RIGHT) => {
    const body = '{"zen":"Design for failure."}';
    const headers = {
      'content-type': 'application/json',
      'x-github-event': 'ping',
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    };
    const { statusCode, ...answer } = await handler(httpEvent({ source, headers, body }), lambdaContext());
    return { status: statusCode, headers: answer.headers, body: answer.body };
  };
});

afterAll(async () => {
  output.release();
  restore();
  await queues.close();
  await rm(folder, { recursive: true });
});

let seen = 0;
const linesOf = (event: string) =>
  output.lines
    .slice(seen)
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter((line) => line['event'] === event);

test('one line per unusable source is there when the function starts, and none of another', () => {
  const names = ['short', 'missing', 'one', 'two'].map((name) => `source ${name}`);
  const says = (name: string, what: string) =>
    expect.stringMatching(
      `^Unusable secret for source ${name.toLowerCase()} \\(env:UNUSABLE_${name}\\): ${what}`,
    );
  const placeOf = (line: Record<string, unknown>) => names.findIndex((name) => name === line['of']);
  const byName = linesOf('unusable').toSorted((one, other) => placeOf(one) - placeOf(other));
  expect(byName).toMatchObject([
    {
      level: 'error',
      of: 'source short',
      message: says('SHORT', 'expected at least 16 characters, found 7$'),
    },
    {
      level: 'error',
      of: 'source missing',
      message: says('MISSING', 'the environment has no such variable$'),
    },
    {
      level: 'error',
      of: 'source one',
      message: says('ONE', 'expected a secret of its own, .* source two$'),
    },
    {
      level: 'error',
      of: 'source two',
      message: says('TWO', 'expected a secret of its own, .* source one$'),
    },
  ]);
});

test('the others work', async () => {
  await expect(deliver('good')).resolves.toMatchObject({ status: 200 });
  await expect(deliver('good', SHARED)).resolves.toMatchObject({ status: 401 });
  await expect(deliver('topics')).resolves.toMatchObject({ status: 401 });
});

test('a schedule has each reported, with a metric, while nothing is delivered', async () => {
  const names = ['source short', 'source missing', 'source one', 'source two'];
  await schedule();
  seen = output.lines.length;
  await schedule();
  expect(new Set(linesOf('unusable').map((line) => line['of']))).toEqual(new Set(names));
  const metrics = output.lines.slice(seen).filter((line) => line.startsWith('{"_aws"'));
  expect(new Set(metrics.map((line) => parseMetricLine(line).fields['Of']))).toEqual(new Set(names));
});

test.each(['short', 'missing', 'one', 'two'])(
  'a delivery of %s gets a 503, with a line and a metric that name it',
  async (source) => {
    seen = output.lines.length;
    const { status, headers, body } = await deliver(source, SHARED);
    expect({ status, headers }).toMatchObject({ status: 503, headers: { 'Retry-After': '30' } });
    expect(body).toContain('can not be verified now');
    expect(linesOf('unusable')).toMatchObject([{ level: 'error', of: `source ${source}` }]);
    expect(linesOf('rejected')).toMatchObject([
      { level: 'error', source, status: 503, cause: { code: 'SECRET_UNUSABLE' } },
    ]);
    const metrics = output.lines
      .slice(seen)
      .filter((line) => line.startsWith('{"_aws"'))
      .map(parseMetricLine);
    const metric = metrics.find(({ fields }) => fields['Of'] === `source ${source}`);
    expect(metric?.values).toMatchObject({ SecretsUnusable: [expect.any(Number)] });
    expect(body + output.lines.join('\n')).not.toMatch(/hunter2|two sources share/);
  },
);

test('what is fixed works at once, and what was shared where the other one has changed', async () => {
  const undo = setVariables({
    UNUSABLE_SHORT: 'a long secret of this test',
    UNUSABLE_TWO: 'no longer shared',
  });
  try {
    await expect(deliver('short', 'a long secret of this test')).resolves.toMatchObject({ status: 200 });
    await expect(deliver('one', SHARED)).resolves.toMatchObject({ status: 200 });
    await expect(deliver('two', SHARED)).resolves.toMatchObject({ status: 401 });
    await expect(deliver('missing')).resolves.toMatchObject({ status: 503 });
  } finally {
    undo();
  }
});
