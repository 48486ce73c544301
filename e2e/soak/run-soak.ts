import { randomBytes } from 'node:crypto';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { readConfig } from '../../command-line/read-config.ts';
import { Table } from '../../lib/aws/table.ts';
import { History, type LedgerEntry } from '../../lib/ledger/history.ts';
import { startEmulator } from '../../local/huaweicloud/emulator.ts';
import { build } from '../../scripts/build.ts';
import { makeCases } from './cases/make-cases.ts';
import { checkAll } from './checks/check-all.ts';
import { keyText, readDeadMessage } from './checks/evidence.ts';
import { openFunctionLines } from './function-lines.ts';
import { injectFaults } from './injected-faults.ts';
import { writeQueueMetrics } from './queue-metrics.ts';
import { Random } from './random.ts';
import { describeProgress, type SoakReport } from './report.ts';
import { sendEvents } from './send-events.ts';
import { sendEvent } from './sender.ts';
import type { SoakOptions } from './soak-options.ts';
import { type SoakStack, startSoakStack } from './soak-stack.ts';
import { Tally } from './tally.ts';

const STAGE = 'soak';
const CONFIG_FILE = join(import.meta.dirname, 'config.yml');
/** Opens nothing but the emulator. */
const USER = { domain: 'soak-account', name: 'swr-sync-cleanup', password: 'only-for-the-emulator' };
const DAY_MS = 24 * 60 * 60 * 1000;

const updateSchema = v.object({
  Key: v.object({ pk: v.object({ S: v.string() }), sk: v.object({ S: v.string() }) }),
});

/**
 * Sends events to a stack in which calls fail and processes are killed, and checks what is left.
 *
 * @param print gets a line about the progress every few seconds.
 * @param signal ends it early.
 */
export async function runSoak(
  options: SoakOptions,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<SoakReport> {
  const { sweepEvery } = options;
  const random = new Random(options.seed);
  const tally = new Tally();
  const cases = makeCases(random.fork(), options.events, Date.now(), {
    healthy: options.faults === 0,
    perSecond: options.perSecond,
  });
  const writtenAt = new Map<string, number>();
  await using opened = new AsyncDisposableStack();
  const keep = <T extends { close(): Promise<void> }>(each: T) => opened.adopt(each, () => each.close());

  const lines = openFunctionLines(tally, options.record);
  opened.defer(() => lines.close());
  const { path: distDir } = opened.use(await mkdtempDisposable(join(tmpdir(), 'swr-sync-cleanup-soak-')));
  await build({ stage: STAGE, configFile: CONFIG_FILE, outDir: distDir });
  const { safety } = await readConfig(STAGE, CONFIG_FILE);
  const emulator = keep(await startEmulator({ seed: { users: [USER] } }));
  const { cloud } = emulator;
  for (const { repositories, tasks } of cases) {
    for (const { namespace, repository } of repositories) cloud.addRepository(namespace, repository);
    for (const { expected: _, ...task } of tasks) cloud.addTask({ ...task, syncAuto: task.hidden !== true });
  }
  const keys = {
    github: Buffer.from(randomBytes(24).toString('hex')),
    'standard-webhooks': randomBytes(32),
  };
  const stack = keep(
    await startSoakStack({
      distDir,
      options,
      env: {
        ...emulator.env,
        GITHUB_WEBHOOK_SECRET: keys.github.toString(),
        STANDARD_WEBHOOKS_SECRET: `whsec_${keys['standard-webhooks'].toString('base64')}`,
      },
      random: random.fork(),
      tally,
      onLine: (line) => lines.take(line),
      onLedgerWrite(input) {
        const { Key } = v.parse(updateSchema, JSON.parse(input));
        const key = keyText({ pk: Key.pk.S, sk: Key.sk.S });
        if (!writtenAt.has(key)) writtenAt.set(key, Date.now());
      },
    }),
  );
  const startedAt = performance.now();
  const secondsSoFar = () => (performance.now() - startedAt) / 1000;
  const every = (seconds: number, run: () => void) =>
    opened.adopt(setInterval(run, seconds * 1000), (timer) => clearInterval(timer));
  every(1, () => writeQueueMetrics(stack.queues, STAGE, (line) => lines.take(line)));
  every(5, () => print(describeProgress(tally, stack.queues.depth('cleanupQueue'), secondsSoFar())));
  if (sweepEvery > 0) {
    // As a schedule does, whether or not the last one is done. It would invoke a failed one once more.
    const sweep = () =>
      void stack.invoke('sweep', {}).then(
        () => tally.count('sweeps', 'begun'),
        () => tally.count('sweeps', 'not begun'),
      );
    sweep();
    every(sweepEvery, sweep);
  }
  injectFaults(emulator, stack, options, random.fork(), tally);
  const { created, problems } = await sendEvents({
    cases,
    random: random.fork(),
    options,
    cloud,
    queues: stack.queues,
    send: (event) => sendEvent(event, stack, keys, tally),
    tally,
    signal,
  });
  const seconds = secondsSoFar();
  const events = cases.flatMap((each) => each.events);
  for (const { way } of events) tally.count('ways', way);
  const found = checkAll(
    {
      tasks: [...cases.flatMap(({ tasks }) => tasks), ...created],
      events,
      left: cloud.tasks(),
      removals: cloud.removals(),
      entries: await readLedger(stack),
      writtenAt,
      deadMessages: stack.queues.deadLetters().map(readDeadMessage),
      maxTasksPerRequest: safety.maxTasksPerRequest,
    },
    tally,
  );
  return { options, seconds, tally, problems: [...problems, ...found] };
}

function readLedger({ env, ledger }: SoakStack): Promise<LedgerEntry[]> {
  // The client of the ledger reads them from the environment; without the proxy, no call fails.
  Object.assign(process.env, { ...env, AWS_ENDPOINT_URL_DYNAMODB: ledger.endpoint });
  const now = Date.now();
  const period = { from: new Date(now - DAY_MS).toISOString(), to: new Date(now + DAY_MS).toISOString() };
  return Array.fromAsync(new History(new Table(ledger.table)).ofPeriod(period));
}
