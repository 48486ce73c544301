import assert from 'node:assert/strict';
import { bundleContenders } from '../contenders.ts';
import { gitHubDeletion } from '../events.ts';
import { startBackend, startWorkers } from '../processes.ts';
import { measureInterleaved, quantile, valuesOf } from '../rounds.ts';
import { type Scenario, wholeNumber } from '../scenario.ts';

const WARM_UP = 300;

export const warm: Scenario = {
  name: 'warm',
  summary: 'Time of a warm invocation of receive.',
  addOptions: (command) =>
    command.option('--rounds <number>', 'invocations per contender', wholeNumber(), 3000),
  async run({ rounds }: { readonly rounds: number }, report) {
    const bundles = await bundleContenders('receive');
    using backend = await startBackend();
    using workers = await startWorkers(bundles, backend);
    const series = await measureInterleaved(workers.all, { warmUp: WARM_UP, rounds }, async (worker) => {
      const { answer, ms } = await worker.call('invoke', gitHubDeletion('web'));
      assert.equal(answer.statusCode, 202, worker.label);
      return { ms };
    });
    const quantileOf = (id: string, share: number) => quantile(valuesOf(series, id, 'ms'), share);
    report.table(
      `receive, ${rounds} warm invocations per contender, interleaved`,
      workers.all.map(({ id, label }) => ({
        contender: label,
        ms: valuesOf(series, id, 'ms'),
        p95: quantileOf(id, 0.95),
        p99: quantileOf(id, 0.99),
      })),
    );
    report.figure('warmP99', 'receive', quantileOf('ours', 0.99) - quantileOf('bare', 0.99));
  },
};
