/** `npm run forge`: forged and mutated deliveries of every source, and whether one leads to more than it should. */
import { parseOptions, readInteger, runCommand } from '../../command-line/options.ts';
import { createSenders } from './genuine.ts';
import { Memory } from './memory.ts';
import { loadReceiver } from './receiver.ts';
import { type ForgeReport, runForge } from './run-forge.ts';
import { makeSecrets, readSigningPairs } from './sender-keys.ts';

const USAGE = `Usage: npm run forge -- [--deliveries N] [--seed N]

Sends forged and mutated deliveries of every source to the bundle of \`receive\`, and
ends with status 1 if one leads to more than its genuine delivery, if one is answered
by 5xx, or if memory grows.

  --deliveries N  how many, 1 to 10000000 (20000)
  --seed N        everything random follows from it (1)`;
const PROGRESS_EVERY = 100_000;
const MAX_SEED = 2 ** 32 - 1;

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
  const pairs = await readSigningPairs();
  const secrets = makeSecrets(seed);
  const receiver = await loadReceiver(secrets, pairs);
  const memory = new Memory(deliveries);
  const startedAt = performance.now();
  try {
    const senders = createSenders({ secrets, foreignSecrets: makeSecrets(seed + 1), ...pairs });
    const report = await runForge({
      deliveries,
      seed,
      senders,
      receiver,
      onProgress(sent) {
        memory.look(sent);
        if (sent % PROGRESS_EVERY === 0) console.log(`${sent} sent`);
      },
    });
    const seconds = (performance.now() - startedAt) / 1000;
    printReport(report, seed);
    console.log(`secrets were read ${receiver.secretReads()} times in ${seconds.toFixed(0)} s`);
    console.log(`${Math.round(report.sent / seconds)} deliveries a second`);
    const grown = memory.end();
    console.log(`memory: ${memory.describe()}`);
    const failed = report.failed + (grown === undefined ? 0 : 1);
    if (grown !== undefined) console.log(`FAILED: ${grown}`);
    console.log(`${report.sent - report.failed} passed, ${failed} failed`);
    if (failed > 0) process.exitCode = 1;
  } finally {
    await receiver.close();
  }
});

function printReport({ byKind, byStatus, same, violations }: ForgeReport, seed: number): void {
  console.log(`by kind     ${list(byKind)}`);
  console.log(`by status   ${list(byStatus)}`);
  console.log(`${same} mutated deliveries queued what their genuine one does, and nothing else`);
  for (const { number, kind, sample, reason, event } of violations) {
    console.log(`\nFAILED: delivery ${number} of seed ${seed} (${kind} of ${sample}) was ${reason}`);
    console.log(JSON.stringify(event).slice(0, 4000));
  }
}

function list(counts: ReadonlyMap<string | number, number>): string {
  return [...counts].map(([name, number]) => `${name}: ${number}`).join(', ');
}
