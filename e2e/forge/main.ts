/** `npm run forge`: forged and mutated deliveries of every source, and checks of what they lead to. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseOptions, readInteger, runCommand } from '../../command-line/options.ts';
import { readConfig } from '../../command-line/read-config.ts';
import { CONFIG_FILE, loadReceiver } from './receiver.ts';
import { type ForgeReport, runForge } from './run-forge.ts';
import { createSenders } from './senders.ts';

const USAGE = `Usage: npm run forge -- [--deliveries N] [--seed N]

Sends forged and mutated deliveries of every source to the bundle of \`receive\`, and
ends with status 1 if one leads to more than its genuine delivery, if one is answered
by 5xx, or if memory grows.

  --deliveries N  how many, 1 to 10000000 (20000)
  --seed N        everything random follows from it (1)`;
const PROGRESS_EVERY = 100_000;
const MAX_SEED = 2 ** 32 - 1;
const MEGABYTE = 1024 * 1024;
/** Garbage of huge bodies comes and goes; a leak grows without end. */
const MAX_GROWTH_MB = { heap: 16, resident: 128 };
type Memory = ReturnType<typeof measureMemory>;

// `gc` exists only where Node.js was started with it.
setFlagsFromString('--expose-gc');

await runCommand(async () => {
  const { values } = parseOptions(
    {
      options: {
        deliveries: { type: 'string', default: '20000' },
        seed: { type: 'string', default: '1' },
        help: { type: 'boolean', default: false },
      },
    },
    USAGE,
  );
  if (values.help) return console.log(USAGE);
  const deliveries = readInteger('deliveries', values.deliveries, [1, 10_000_000], USAGE);
  const seed = readInteger('seed', values.seed, [0, MAX_SEED], USAGE);
  console.log(`${deliveries} deliveries, seed ${seed}`);
  const { sources } = await readConfig('forge', CONFIG_FILE);
  const senders = createSenders(sources, seed);
  const receiver = await loadReceiver(senders);
  // A tenth warms up, and at least as many as have every huge body once.
  const warmAt = Math.max(500, deliveries / 10);
  let warm: Memory | undefined;
  const startedAt = performance.now();
  try {
    const report = await runForge({
      deliveries,
      seed,
      senders,
      receiver,
      onProgress(sent) {
        if (sent >= warmAt) warm ??= measureMemory();
        if (sent % PROGRESS_EVERY === 0) console.log(`${sent} sent`);
      },
    });
    const seconds = (performance.now() - startedAt) / 1000;
    printReport(report, seed);
    console.log(`secrets were read ${receiver.secretReads()} times in ${seconds.toFixed(0)} s`);
    console.log(`${Math.round(report.sent / seconds)} deliveries a second`);
    const end = measureMemory();
    const start = warm ?? end;
    console.log(`memory: ${describeMemory(start)} when warm; ${describeMemory(end)} at the end`);
    const grown = (['heap', 'resident'] as const).filter((of) => end[of] - start[of] > MAX_GROWTH_MB[of]);
    for (const of of grown)
      console.log(`FAILED: ${of} memory has grown by more than ${MAX_GROWTH_MB[of]} MB`);
    const failed = report.failed + grown.length;
    console.log(`${report.sent - report.failed} passed, ${failed} failed`);
    if (failed > 0) process.exitCode = 1;
  } finally {
    await receiver.close();
  }
});

function printReport({ tally, same, failures }: ForgeReport, seed: number): void {
  for (const group of ['kind', 'status']) {
    const counts = Object.entries(tally.of(group)).map(([name, count]) => `${name}: ${count}`);
    console.log(`by ${group.padEnd(8)} ${counts.join(', ')}`);
  }
  console.log(`${same} mutated deliveries queued what their genuine one does, and nothing else`);
  for (const { number, kind, sample, reason, event } of failures) {
    console.log(`\nFAILED: delivery ${number} of seed ${seed} (${kind} of ${sample}) was ${reason}`);
    console.log(JSON.stringify(event).slice(0, 4000));
  }
}

/** In megabytes. */
function measureMemory(): Record<keyof typeof MAX_GROWTH_MB, number> {
  runInNewContext('gc')();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: Math.round((heapUsed + external) / MEGABYTE), resident: Math.round(rss / MEGABYTE) };
}

function describeMemory({ heap, resident }: Memory): string {
  return `heap ${heap} MB, resident ${resident} MB`;
}
