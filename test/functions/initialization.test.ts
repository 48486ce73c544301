import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startFunction } from '../../local/function-process.ts';
import { buildStage } from '../support/built-stage.ts';

let built: Awaited<ReturnType<typeof buildStage>>;

beforeAll(async () => {
  built = await buildStage('local');
});

afterAll(() => built.remove());

const right = {
  CLEANUP_QUEUE_URL: 'http://127.0.0.1:1/000000000000/cleanup',
  DEAD_LETTER_QUEUE_URL: 'http://127.0.0.1:1/000000000000/dead-letters',
  SWEEP_QUEUE_URL: 'http://127.0.0.1:1/000000000000/sweep',
  LEDGER_TABLE: 'ledger',
  GITHUB_WEBHOOK_SECRET: 'secret',
  STANDARD_WEBHOOKS_SECRET: `whsec_${Buffer.alloc(24).toString('base64')}`,
  HUAWEICLOUD_CREDENTIALS: JSON.stringify({ domain: 'd', user: 'u', password: 'p' }),
  HUAWEICLOUD_IAM_ENDPOINT: 'http://127.0.0.1:1',
  HUAWEICLOUD_SWR_ENDPOINT: 'http://127.0.0.1:1',
};

const start = (name: string, env: NodeJS.ProcessEnv) =>
  startFunction({ bundle: join(built.distDir, `${name}.mjs`), env, timeoutMs: 1000, onLine: () => {} });

test.each(['receive', 'clean', 'sweep'])(
  '%s starts with nothing but its environment and what lies beside it',
  async (name) => {
    const started = start(name, right);
    await expect(started).resolves.toBeDefined();
    await (await started).close();
  },
);

test.each([
  {
    name: 'receive',
    variable: 'CLEANUP_QUEUE_URL',
    value: '',
    says: 'variable CLEANUP_QUEUE_URL is missing',
  },
  { name: 'receive', variable: 'GITHUB_WEBHOOK_SECRET', value: undefined, says: 'env:GITHUB_WEBHOOK_SECRET' },
  { name: 'receive', variable: 'GITHUB_WEBHOOK_SECRET', value: '', says: 'found an empty one' },
  { name: 'receive', variable: 'GITHUB_WEBHOOK_SECRET', value: '[]', says: 'JSON array of secrets' },
  { name: 'receive', variable: 'STANDARD_WEBHOOKS_SECRET', value: 'whsec_AAAA', says: 'found 3 bytes' },
  {
    name: 'clean',
    variable: 'DEAD_LETTER_QUEUE_URL',
    value: undefined,
    says: 'DEAD_LETTER_QUEUE_URL is missing',
  },
  { name: 'clean', variable: 'LEDGER_TABLE', value: undefined, says: 'LEDGER_TABLE is missing' },
  { name: 'sweep', variable: 'LEDGER_TABLE', value: undefined, says: 'LEDGER_TABLE is missing' },
  { name: 'sweep', variable: 'SWEEP_QUEUE_URL', value: undefined, says: 'SWEEP_QUEUE_URL is missing' },
  { name: 'sweep', variable: 'CLEANUP_QUEUE_URL', value: '', says: 'CLEANUP_QUEUE_URL is missing' },
  { name: 'sweep', variable: 'HUAWEICLOUD_CREDENTIALS', value: 'hunter2', says: 'is not JSON' },
  {
    name: 'clean',
    variable: 'HUAWEICLOUD_CREDENTIALS',
    value: undefined,
    says: 'env:HUAWEICLOUD_CREDENTIALS',
  },
  { name: 'clean', variable: 'HUAWEICLOUD_CREDENTIALS', value: 'hunter2', says: 'is not JSON' },
  {
    name: 'clean',
    variable: 'HUAWEICLOUD_CREDENTIALS',
    value: '{"domain":"hunter2","user":""}',
    says: 'missing or wrong: user, password',
  },
  { name: 'clean', variable: 'HUAWEICLOUD_SWR_ENDPOINT', value: 'http://swr.example.com', says: 'not https' },
])('$name does not start with $variable=$value, and says why', async ({ name, variable, value, says }) => {
  const failure = start(name, { ...right, [variable]: value });
  await expect(failure).rejects.toThrow(says);
  await expect(failure).rejects.not.toThrow('hunter2');
});
