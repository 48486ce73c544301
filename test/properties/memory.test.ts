import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { SECRET, startCloud } from '../support/cloud.ts';
import { configOf } from '../support/config.ts';
import { type LedgerOnLoopback, startLedger } from '../support/ledger.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';

jest.setTimeout(120_000);

const MIB = 1024 * 1024;
const SIGNING_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

let cloud: Emulator;
let ledger: LedgerOnLoopback;
let sqs: LoopbackServer;
let folder: string;
beforeAll(async () => {
  [cloud, ledger, folder] = await Promise.all([
    startCloud(),
    startLedger(),
    mkdtemp(join(tmpdir(), 'memory-')),
  ]);
  sqs = await startLoopbackServer((response) => respond(response, 200, {}));
  const config = configOf({
    accounts: {
      main: {
        region: 'cn-north-4',
        credentials: 'env:ACCOUNT',
        iamEndpoint: cloud.url,
        swrEndpoint: cloud.url,
      },
    },
    sources: { cloudevents: { type: 'cloudevents', secret: 'env:SIGNING_SECRET' } },
  });
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
});
afterAll(async () => {
  await Promise.all([cloud.close(), ledger.close(), sqs.close(), rm(folder, { recursive: true })]);
});

test.each(['receive', 'clean'])(
  '%s takes at most 128 MB more than idle for the worst that it can be sent',
  async (name) => {
    const script = join(import.meta.dirname, '../support/peak-memory.ts');
    const child = spawn(process.execPath, ['--expose-gc', script, name, SIGNING_SECRET], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        CONFIG_FILE: join(folder, 'config.json'),
        ACCOUNT: SECRET,
        SIGNING_SECRET,
        AWS_ENDPOINT_URL_SQS: sqs.url,
        CLEANUP_QUEUE_URL: `${sqs.url}/0/cleanup`,
        DEAD_LETTER_QUEUE_URL: `${sqs.url}/0/dead-letters`,
        LEDGER_TABLE: ledger.table,
        NODE_OPTIONS: '',
      },
    });
    const [printed] = await Promise.all([text(child.stdout), once(child, 'close')]);
    const measured: unknown = JSON.parse(printed);
    expect(measured).toMatchObject({ notes: [] });
    const { idle, peak, longestLine, longestAnswer } = Object(measured);
    expect(Math.round((peak - idle) / MIB)).toBeLessThanOrEqual(128);
    expect([longestLine, longestAnswer].every((bytes) => bytes <= 64 * 1024)).toBe(true);
  },
);
