import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { Option } from 'commander';
import { type Bundle, bundleContenders } from '../contenders.ts';
import { cleanupMessages, gitHubDeletion } from '../events.ts';
import { type Backend, startBackend, timeColdStart } from '../processes.ts';
import type { Report } from '../report.ts';
import { compareRounds, difference, measureInterleaved, ratio, type Series, valuesOf } from '../rounds.ts';
import { type Scenario, wholeNumber } from '../scenario.ts';

interface ColdStartOptions {
  readonly rounds: number;
  readonly only?: Bundle['function'];
  readonly nodeOptions?: string;
}

/** Two requests with one task each, recorded before and after, and published. */
const CALLS = {
  clean: { deleteSyncTask: 2, UpdateItem: 8, PutEvents: 2 },
  receive: { SendMessage: 2 },
};

export const coldStart: Scenario = {
  name: 'cold-start',
  summary: 'Size of each bundle, and its import, first and second invocation in fresh processes.',
  addOptions: (command) =>
    command
      .option('--rounds <number>', 'fresh processes per contender', wholeNumber(), 60)
      .addOption(new Option('--only <function>', 'measure one function').choices(Object.keys(CALLS)))
      .option('--node-options <text>', 'NODE_OPTIONS of the measured processes', ''),
  async run({ rounds, only, nodeOptions = '' }: ColdStartOptions, report) {
    const bundles = await bundleContenders(only);
    using backend = await startBackend();
    report.note(`${rounds} fresh processes per contender, interleaved. Cold: import and first invocation`);
    const series = await measureInterleaved(
      bundles,
      // One round fills the caches of the system.
      { warmUp: 1, rounds },
      (bundle) => measureOnce(bundle, backend, nodeOptions),
    );
    for (const name of ['clean', 'receive'] as const) {
      const contenders = series.filter(({ subject }) => subject.function === name);
      if (contenders.length > 0) reportFunction(name, contenders, report);
    }
  },
};

type Measured = Awaited<ReturnType<typeof measureOnce>>;

/** Times one process, and makes sure that it did its work. */
async function measureOnce(bundle: Bundle, backend: Backend, nodeOptions: string) {
  const { function: name, label } = bundle;
  const images = name === 'clean' ? ['acme-images/first', 'acme-images/second'] : [];
  await backend.call('prepare', { images, remoteNamespaces: ['acme-dr'] });
  const events =
    name === 'clean'
      ? images.map((image) => ({ Records: cleanupMessages([image]) }))
      : [gitHubDeletion('first'), gitHubDeletion('second')];
  // An empty NODE_OPTIONS changes nothing.
  const env = { ...backend.env, HOME: dirname(bundle.file), NODE_OPTIONS: nodeOptions };
  const { importMs, invocations } = await timeColdStart(bundle, events, env);
  const { calls, tasksLeft } = await backend.call('report');
  for (const { answer } of invocations) {
    if (name === 'clean') assert.deepEqual(answer, { batchItemFailures: [] }, label);
    else assert.partialDeepStrictEqual(answer, { statusCode: 202 }, label);
  }
  assert.equal(tasksLeft, 0, label);
  assert.partialDeepStrictEqual(calls, CALLS[name], label);
  const [firstMs = Number.NaN, secondMs = Number.NaN] = invocations.map(({ ms }) => ms);
  return { importMs, firstMs, secondMs, coldMs: importMs + firstMs, calls };
}

function reportFunction(
  name: Bundle['function'],
  contenders: readonly Series<Bundle, Measured>[],
  report: Report,
): void {
  const cold = (id: Bundle['id']) => valuesOf(contenders, id, 'coldMs');
  const second = (id: Bundle['id']) => valuesOf(contenders, id, 'secondMs');
  report.table(
    name,
    contenders.map(({ subject: { id, label, bytes }, measured }) => ({
      contender: label,
      'bundle KB': bytes / 1024,
      'import ms': valuesOf(contenders, id, 'importMs'),
      'first ms': valuesOf(contenders, id, 'firstMs'),
      'cold ms': cold(id),
      '/ bare': compareRounds(cold(id), cold('bare'), ratio),
      'second ms': second(id),
      ...measured.at(-1)?.calls,
    })),
  );
  report.figure(`${name}ToBare`, name, compareRounds(cold('ours'), cold('bare'), ratio));
  if (name === 'clean')
    report.figure('cleanToSdks', name, compareRounds(cold('ours'), cold('both-sdks'), ratio));
  report.figure('second', name, compareRounds(second('ours'), second('bare'), difference));
  const ours = contenders.find(({ subject }) => subject.id === 'ours');
  report.figure('bundle', name, (ours?.subject.bytes ?? 0) / 1024);
}
