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
import { largeValues } from '../support/large-bodies.ts';
import { type LedgerOnLoopback, startLedger } from '../support/ledger.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';

jest.setTimeout(60_000);

const MIB = 1024 * 1024;
const SIGNING_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

const KINDS = Object.keys(largeValues).length;
/** Number of large deliveries that each function gets in a row: every kind in every place. */
const BODIES: Readonly<Record<string, number>> = { receive: 3 * KINDS, clean: 2 * KINDS };

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

interface Measured {
  readonly idle: number;
  readonly peak: number;
  readonly longestLine: number;
  readonly longestAnswer: number;
}

/** Starts a process, which may collect garbage when it likes, and hands bodies to a function in it. */
async function measure(name: string, kinds: readonly string[] = []): Promise<Measured> {
  const script = join(import.meta.dirname, '../support/peak-memory.ts');
  const child = spawn(process.execPath, [script, name, SIGNING_SECRET, ...kinds], {
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
  const { notes, handedOver, ...measured } = JSON.parse(printed);
  expect(notes).toEqual([]);
  expect(handedOver).toBe(kinds.length === 0 ? BODIES[name] : kinds.length);
  return measured;
}

// The worst of all kinds and places, each measured by itself.
test.each([
  ['receive', 'many keys/whole'],
  ['receive', 'deep JSON in a text/part'],
  ['receive', 'a text of pairs/whole'],
  ['clean', 'many keys/message'],
  ['clean', 'a text of pairs/message'],
  ['clean', 'many keys/batch'],
])(
  '%s takes at most 128 MB more than idle for one delivery in a process of its own: %s',
  async (name, kind) => {
    const { idle, peak } = await measure(name, [kind]);
    expect((peak - idle) / MIB).toBeLessThanOrEqual(128);
  },
);

test.each(Object.keys(BODIES))(
  '%s stays within the 512 MB that it is deployed with for all kinds of large bodies in a row',
  async (name) => {
    const { peak, longestLine, longestAnswer } = await measure(name);
    expect(peak / MIB).toBeLessThanOrEqual(512);
    expect(Math.max(longestLine, longestAnswer)).toBeLessThanOrEqual(64 * 1024);
  },
);
