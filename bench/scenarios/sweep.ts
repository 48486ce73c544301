import { startChild } from '../children.ts';
import { startBackend } from '../processes.ts';
import { MB } from '../report.ts';
import { type Scenario, wholeNumber } from '../scenario.ts';
import type { SweepOperations } from '../sweep-process.ts';

/** Delay of each answer. */
const LATENCY_MS = 20;
const CONCURRENCY = 16;
const ORGANIZATIONS = 4;
/** One of so many tasks has a target organization that doesn't exist. */
const GONE_EVERY = 100;
/** Repositories of the sweep that the calls are compared with. */
const FEW = 1000;

export const sweep: Scenario = {
  name: 'sweep',
  summary: 'Time, memory and calls of a sweep.',
  addOptions: (command) =>
    command.option('--repositories <number>', 'repositories with one task each', wholeNumber(100), 10_000),
  async run({ repositories }: { readonly repositories: number }, report) {
    report.note(`A dry run over ${ORGANIZATIONS} organizations, ${CONCURRENCY} calls at a time`);
    report.note(`The emulator answers in ${LATENCY_MS} ms. Ideal: calls x ${LATENCY_MS} ms / ${CONCURRENCY}`);
    const few = await measureSweep(FEW);
    const many = await measureSweep(repositories);
    report.table('Sweeps; memory is above that at the start', [few, many]);
    const subject = `${repositories} repositories`;
    report.figure('sweepToIdeal', subject, many['/ ideal']);
    report.figure('sweepMemory', subject, many['peak MB']);
    report.figure('sweepCalls', subject, many['calls each'] / few['calls each']);
  },
};

async function measureSweep(count: number) {
  using backend = await startBackend({ latencyMs: LATENCY_MS, dynamoDb: true });
  const images = Array.from(
    { length: count },
    (_, index) => `acme-${index % ORGANIZATIONS}/team-${index % 50}/service-${index}`,
  );
  const { true: gone = [], false: others = [] } = Object.groupBy(
    images,
    (_, index) => `${index % GONE_EVERY === 0}`,
  );
  await backend.call('prepare', { images: gone, remoteNamespaces: ['acme-gone'] });
  await backend.call('prepare', { images: others, remoteNamespaces: ['acme-dr'] });
  const options = { env: { ...backend.env }, execArgv: ['--expose-gc'] };
  using sweeper = await startChild<SweepOperations>('sweep-process.ts', {}, options);
  const latencyMs = await sweeper.call('measureLatencyMs');
  // Forgets the calls until here.
  await backend.call('prepare', { images: [], remoteNamespaces: [] });
  const { counts, seconds, peakBytes, heapBytes } = await sweeper.call('sweep', CONCURRENCY);
  const { calls: byOperation } = await backend.call('report');
  const calls = Object.values(byOperation).reduce((sum, number) => sum + number, 0);
  const ideal = (calls * LATENCY_MS) / CONCURRENCY / 1000;
  const { repositories, tasks, found } = counts;
  return {
    repositories,
    tasks,
    found,
    calls,
    'calls each': calls / repositories,
    seconds,
    ideal,
    '/ ideal': seconds / ideal,
    'single call ms': latencyMs,
    // Timers are late, so an answer takes longer than the emulator waits.
    '/ ideal with that': ((seconds / ideal) * LATENCY_MS) / latencyMs,
    'peak MB': peakBytes / MB,
    'heap at the end MB': heapBytes / MB,
  };
}
