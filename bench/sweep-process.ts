// The process in which a sweep is measured, and nothing else runs. It needs --expose-gc.
import { join } from 'node:path';
import { runSweep } from '../cli/run-sweep.ts';
import { readConfig } from '../command-line/read-config.ts';
import { SecretStore } from '../lib/aws/secret-store.ts';
import { Table } from '../lib/aws/table.ts';
import { requireEnvironment } from '../lib/config/load-config.ts';
import type { Deadline } from '../lib/deadline.ts';
import { Accounts } from '../lib/huaweicloud/accounts.ts';
import { DynamoSweepLedger } from '../lib/ledger/sweep-ledger.ts';
import { createLog } from '../lib/log.ts';
import { createCheckExistence } from '../lib/sources/check-existence.ts';
import type { ReadSecret } from '../lib/stored-secret.ts';
import { offer } from './children.ts';
import { quantile } from './rounds.ts';

const SAMPLE_INTERVAL_MS = 100;
const SINGLE_CALLS = 25;
const unlimited: Deadline = { remainingMs: () => 60_000, allowsMore: () => true };

const config = await readConfig('bench', join(import.meta.dirname, 'sweep-config.yml'));
const table = requireEnvironment('LEDGER_TABLE');
const secrets = new SecretStore();
const readSecret: ReadSecret = (reference, maxAgeMs) => secrets.read(reference, maxAgeMs);
const log = createLog({}, () => {});
const accounts = new Accounts(config.accounts, readSecret, log);

/** Heap in use after a garbage collection. */
function measureHeap(): number {
  global.gc?.();
  return process.memoryUsage().heapUsed;
}

const operations = {
  /** Median time of single calls, one after the other. */
  async measureLatencyMs(): Promise<number> {
    const swr = accounts.clientOf('main');
    const times: number[] = [];
    for (let call = 0; call <= SINGLE_CALLS; call += 1) {
      const startedAt = performance.now();
      await swr.listOrganizations(unlimited);
      // The first one gets the token.
      if (call > 0) times.push(performance.now() - startedAt);
    }
    return quantile(times, 0.5);
  },
  /** Sweeps once. Bytes are above those at the start. */
  async sweep(concurrency: number) {
    const heapBefore = measureHeap();
    const before = process.memoryUsage.rss();
    let peak = before;
    const sample = () => {
      peak = Math.max(peak, process.memoryUsage.rss());
    };
    const sampling = setInterval(sample, SAMPLE_INTERVAL_MS);
    const startedAt = performance.now();
    const steps = runSweep({ id: 'bench', startedAt: new Date().toISOString() }, unlimited, {
      config,
      accounts,
      checkExistence: createCheckExistence(config, readSecret),
      ledger: new DynamoSweepLedger({ table: new Table(table), retentionDays: config.ledger.retentionDays }),
      request: () => Promise.resolve(),
      publish: () => Promise.resolve(),
      log,
      concurrency,
    });
    let step = await steps.next();
    while (step.done !== true) step = await steps.next();
    const seconds = (performance.now() - startedAt) / 1000;
    sample();
    clearInterval(sampling);
    if (step.value === undefined) throw new Error('the sweep did not finish');
    const { counts } = step.value;
    return { counts, seconds, peakBytes: peak - before, heapBytes: measureHeap() - heapBefore };
  },
};
export type SweepOperations = typeof operations;

offer(operations);
