// The process in which a sweep is measured, and nothing else runs. It is started with --expose-gc.
import { once } from 'node:events';

import * as v from 'valibot';
import { validateConfig } from '../lib/config/validate-config.ts';
import type { Deadline } from '../lib/deadline.ts';
import { Accounts } from '../lib/huaweicloud/accounts.ts';
import { formatIssues } from '../lib/issues.ts';
import { DynamoSuspicionLedger } from '../lib/ledger/suspicion-ledger.ts';
import { DynamoSweepLedger } from '../lib/ledger/sweep-ledger.ts';
import { createLog } from '../lib/log.ts';
import { createCheckExistence } from '../lib/sources/check-existence.ts';
import type { SweepContext } from '../lib/sweep/context.ts';
import { runSweep } from '../lib/sweep/run-sweep.ts';
import { median } from './statistics.ts';
import { type Clouds, CONCURRENCY, cloudsSchema, FAR_REGION, REGION, type Swept } from './sweep-messages.ts';

/** To look costs half a millisecond. */
const SAMPLE_EVERY_MS = 100;
const SINGLE_CALLS = 25;

const noHurry: Deadline = { remainingMs: () => 60_000, allowsMore: () => true };

function contextOf({ url, farUrl, secret, dynamoDbUrl, table }: Clouds): SweepContext {
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = dynamoDbUrl;
  const checked = validateConfig('bench', {
    accounts: { main: accountOf(REGION, url), far: accountOf(FAR_REGION, farUrl) },
    sweep: { mode: 'dry-run', targetAccounts: ['far'] },
  });
  if (!checked.ok) throw new Error(formatIssues(checked.issues));
  const config = checked.value;
  const read = () => Promise.resolve(secret);
  const log = createLog({}, () => {});
  return {
    config,
    accounts: new Accounts(config.accounts, read, log),
    checkExistence: createCheckExistence(config, read),
    ledger: new DynamoSweepLedger({ table, retentionDays: config.ledger.retentionDays }),
    suspicions: new DynamoSuspicionLedger(table),
    request: () => Promise.resolve(),
    publish: () => Promise.resolve(),
    log,
    concurrency: CONCURRENCY,
  };
}

function accountOf(region: string, address: string) {
  return { region, credentials: 'env:BENCH', iamEndpoint: address, swrEndpoint: address };
}

/** What a call takes that nothing else runs beside. */
async function measureLatency({ accounts }: SweepContext): Promise<number> {
  const swr = accounts.clientOf('main');
  const times: number[] = [];
  for (let call = 0; call <= SINGLE_CALLS; call += 1) {
    const startedAt = performance.now();
    await swr.listOrganizations(noHurry);
    // The first one gets the token.
    if (call > 0) times.push(performance.now() - startedAt);
  }
  return median(times);
}

/** What the heap holds without its garbage. */
function collectAndMeasure(): number {
  global.gc?.();
  return process.memoryUsage().heapUsed;
}

/** @param expected how many repositories there are. */
async function sweep(context: SweepContext, expected: number): Promise<Omit<Swept, 'latencyMs'>> {
  collectAndMeasure();
  const before = process.memoryUsage();
  let mostRss = before.rss;
  const sample = () => {
    mostRss = Math.max(mostRss, process.memoryUsage.rss());
  };
  const sampling = setInterval(sample, SAMPLE_EVERY_MS);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const steps = runSweep({ id: 'bench', startedAt: new Date().toISOString() }, noHurry, context);
  let halfwayHeap: number | undefined;
  let step = await steps.next();
  for (; step.done !== true; step = await steps.next()) {
    if (step.value.counts.repositories * 2 < expected) continue;
    halfwayHeap ??= collectAndMeasure();
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  sample();
  clearInterval(sampling);
  if (step.value === undefined) throw new Error('the sweep was not finished');
  const { repositories, tasks, found } = step.value.counts;
  return {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    repositories,
    tasks,
    found,
    rssBytes: mostRss - before.rss,
    halfwayHeapBytes: (halfwayHeap ?? Number.NaN) - before.heapUsed,
    keptHeapBytes: collectAndMeasure() - before.heapUsed,
  };
}

const [clouds]: unknown[] = await once(process, 'message');
const context = contextOf(v.parse(cloudsSchema, clouds));
const latencyMs = await measureLatency(context);
// Whoever started it counts the calls from here on.
process.send?.('ready');
const [expected]: unknown[] = await once(process, 'message');
process.send?.({ ...(await sweep(context, Number(expected))), latencyMs } satisfies Swept);
process.on('disconnect', () => process.exit());
