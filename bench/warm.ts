/** `npm run bench:warm`: what a warm `receive` takes beside the bare handler, with the queue on loopback. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import * as v from 'valibot';
import { runCommand } from '../command-line/options.ts';
import { startBackend } from './backend.ts';
import { bundleContenders } from './bundle-contenders.ts';
import { contenders } from './contenders.ts';
import { gitHubDeletion } from './events.ts';
import { installPeers } from './install-peers.ts';
import { environmentOf } from './measure.ts';
import { describeMachine } from './print-results.ts';
import { quantile } from './statistics.ts';

const WARM_UP = 300;
const ROUNDS = 3000;
/** So that Distribution, which waits for one second, and Harbor, which waits for three, never give up. */
const MOST_EXTRA_P99_MS = 5;

const timesSchema = v.array(v.array(v.number()));

await runCommand(async () => {
  await installPeers();
  const folder = await mkdtemp(join(tmpdir(), 'swr-sync-cleanup-bench-'));
  try {
    const [ours, bare] = await timeWarm(folder);
    const machine = describeMachine();
    console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}`);
    console.log(`receive, warm: ${ROUNDS} invocations each, in turn, in one process; the queue on loopback`);
    for (const [label, times] of [['ours', ours] as const, ['bare handler', bare] as const]) {
      const at = (share: number) => `${quantile(times, share).toFixed(2)} ms`;
      console.log(`${label.padEnd(14)} median ${at(0.5)}   p95 ${at(0.95)}   p99 ${at(0.99)}`);
    }
    const extra = quantile(ours, 0.99) - quantile(bare, 0.99);
    const passed = extra < MOST_EXTRA_P99_MS;
    console.log(
      `${passed ? 'pass' : 'FAIL'}  p99 +${extra.toFixed(2)} ms: less than ${MOST_EXTRA_P99_MS} ms above the bare handler`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

async function timeWarm(folder: string): Promise<[number[], number[]]> {
  const findBundle = await bundleContenders(folder);
  const backend = await startBackend();
  try {
    const bundles = ['ours', 'bare'].map((id) => {
      const contender = contenders.receive.find((each) => each.id === id);
      if (contender === undefined) throw new Error(`there is no contender ${id}`);
      return pathToFileURL(findBundle('receive', contender).file).href;
    });
    const events = Array.from({ length: 20 }, (_, index) => gitHubDeletion(`repository-${index}`));
    const input = JSON.stringify({ bundles, events, warmUp: WARM_UP, rounds: ROUNDS });
    const child = spawn(process.execPath, [join(import.meta.dirname, 'warm-process.mjs'), input], {
      env: { ...environmentOf(backend), HOME: folder },
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    });
    const pipe: unknown = child.stdio[3];
    if (!(pipe instanceof Readable)) throw new Error('the process has no such pipe');
    const [result] = await Promise.all([text(pipe), once(child, 'close')]);
    const [ours = [], bare = []] = v.parse(timesSchema, JSON.parse(result));
    return [ours, bare];
  } finally {
    backend.close();
  }
}
