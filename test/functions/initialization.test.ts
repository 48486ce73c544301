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
  GITHUB_WEBHOOK_SECRET: 'the secret of this test',
  STANDARD_WEBHOOKS_SECRET: `whsec_${Buffer.alloc(24).toString('base64')}`,
  HUAWEICLOUD_CREDENTIALS: JSON.stringify({ domain: 'd', user: 'u', password: 'p' }),
  HUAWEICLOUD_IAM_ENDPOINT: 'http://127.0.0.1:1',
  HUAWEICLOUD_SWR_ENDPOINT: 'http://127.0.0.1:1',
};

const start = (name: string, env: NodeJS.ProcessEnv, onLine: (line: string) => void = () => {}) =>
  startFunction({ bundle: join(built.distDir, `${name}.mjs`), env, timeoutMs: 1000, onLine });

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
])('$name does not start with $variable=$value, and says why', async ({ name, variable, value, says }) => {
  const failure = start(name, { ...right, [variable]: value });
  await expect(failure).rejects.toThrow(says);
});

const GITHUB = 'Unusable secret for source github (env:GITHUB_WEBHOOK_SECRET): ';
const MAIN = 'Unusable secret for account main (env:HUAWEICLOUD_CREDENTIALS): ';
const account = ['clean', 'sweep'] as const;
test.each([
  {
    names: ['receive'],
    variable: 'GITHUB_WEBHOOK_SECRET',
    value: undefined,
    says: `${GITHUB}the environment`,
  },
  {
    names: ['receive'],
    variable: 'GITHUB_WEBHOOK_SECRET',
    value: '',
    says: `${GITHUB}expected a secret, found`,
  },
  {
    names: ['receive'],
    variable: 'GITHUB_WEBHOOK_SECRET',
    value: '[]',
    says: `${GITHUB}expected a JSON array`,
  },
  { names: ['receive'], variable: 'GITHUB_WEBHOOK_SECRET', value: 'hunter2', says: 'found 7' },
  { names: ['receive'], variable: 'STANDARD_WEBHOOKS_SECRET', value: 'whsec_AAAA', says: 'found 3 bytes' },
  { names: account, variable: 'HUAWEICLOUD_CREDENTIALS', value: undefined, says: `${MAIN}the environment` },
  { names: account, variable: 'HUAWEICLOUD_CREDENTIALS', value: 'hunter2', says: 'is not JSON' },
  {
    names: account,
    variable: 'HUAWEICLOUD_CREDENTIALS',
    value: '{"domain":"hunter2","user":""}',
    says: 'missing or wrong: user, password',
  },
  {
    names: account,
    variable: 'HUAWEICLOUD_SWR_ENDPOINT',
    value: 'http://hunter2.example.com',
    says: 'Unusable endpoint for account main: environment variable HUAWEICLOUD_SWR_ENDPOINT: expected',
  },
])(
  '$names starts with $variable=$value, and says once what is wrong',
  async ({ names, variable, value, says }) => {
    for (const name of names) {
      const lines: string[] = [];
      const started = await start(name, { ...right, [variable]: value }, (line) => lines.push(line));
      await started.close();
      const unusable = lines.filter((line) => line.includes('"event":"unusable"'));
      expect(unusable).toHaveLength(1);
      expect(unusable[0]).toContain('"level":"error"');
      expect(unusable[0]).toContain(says);
      expect(lines.join('')).not.toContain('hunter2');
    }
  },
);
