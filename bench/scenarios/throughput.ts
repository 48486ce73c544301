import assert from 'node:assert/strict';
import { Option } from 'commander';
import { type Bundle, bundleContenders } from '../contenders.ts';
import { cleanupMessages, type QueueMessage, TARGET_REGION } from '../events.ts';
import { type Backend, startBackend, startWorkers, type Worker } from '../processes.ts';
import { MB, type Report } from '../report.ts';
import { compareRounds, difference, measureInterleaved, valuesOf } from '../rounds.ts';
import { type Scenario, wholeNumber } from '../scenario.ts';

interface ThroughputOptions {
  readonly only?: 'queue' | 'cpu' | 'memory';
  readonly workers: readonly number[];
  readonly requests: number;
  readonly peerRequests: number;
  readonly cpuRequests: number;
  readonly memoryRequests: number;
}

/** Delay of each answer where a queue is measured. */
const LATENCY_MS = 50;
/** As in `serverless.yml`. */
const BATCH_SIZE = 10;
const REMOTE_NAMESPACES = ['acme-dr', 'acme-mirror', 'acme-archive'];
const PEER_WORKERS = 5;
const CPU_REQUESTS_PER_ROUND = 100;
/** Rounds until V8 has compiled everything that it will compile. */
const CPU_WARM_UP = 10;
const MEMORY_STEPS = 10;

type Measure = (bundles: readonly Bundle[], options: ThroughputOptions, report: Report) => Promise<void>;

const measureQueues: Measure = async (bundles, options, report) => {
  const rows: Awaited<ReturnType<typeof measureQueue>>[] = [];
  for (const bundle of bundles) {
    const isOurs = bundle.id === 'ours';
    for (const workers of options.workers.filter((count) => isOurs || count === PEER_WORKERS)) {
      console.error(`${bundle.label}, ${workers} workers ...`);
      const row = await measureQueue(bundle, workers, isOurs ? options.requests : options.peerRequests);
      // The peers have no limit.
      if (isOurs) report.figure('queueToIdeal', `${workers} workers`, row['/ ideal']);
      rows.push(row);
    }
  }
  report.note(
    '\nIdeal: a worker has one request at a time: a GET, then its DELETEs at once. Nothing else takes time',
  );
  report.table(`A queue; the emulator answers in ${LATENCY_MS} ms`, rows);
};

/** Measures from the first batch to the last answer. */
async function measureQueue(bundle: Bundle, workers: number, requests: number) {
  using backend = await startBackend({ latencyMs: LATENCY_MS });
  const queue = await fillQueue(requests, backend);
  using processes = await startWorkers(Array<Bundle>(workers).fill(bundle), backend);
  const startedAt = performance.now();
  const drained = await Promise.all(processes.all.map((worker) => drain(queue, worker)));
  const seconds = (performance.now() - startedAt) / 1000;
  const { calls, tasksLeft } = await backend.call('report');
  assert.equal(tasksLeft, 0, bundle.label);
  const { listSyncTasks = 0, deleteSyncTask = 0 } = calls;
  const answers = listSyncTasks + deleteSyncTask / REMOTE_NAMESPACES.length;
  const ideal = (answers * LATENCY_MS) / workers / 1000;
  return {
    contender: bundle.label,
    workers,
    requests,
    seconds,
    ideal,
    '/ ideal': seconds / ideal,
    'requests/s': requests / seconds,
    'calls each': Object.values(calls).reduce((sum, count) => sum + count, 0) / requests,
    retried: drained.reduce((sum, { retried }) => sum + retried, 0),
  };
}

const measureCpu: Measure = async (bundles, options, report) => {
  using backend = await startBackend();
  using workers = await startWorkers(bundles, backend);
  const rounds = options.cpuRequests / CPU_REQUESTS_PER_ROUND;
  const series = await measureInterleaved(workers.all, { warmUp: CPU_WARM_UP, rounds }, async (worker) => ({
    ms: (await clean(CPU_REQUESTS_PER_ROUND, worker, backend)) / CPU_REQUESTS_PER_ROUND,
  }));
  const msOf = (id: Bundle['id']) => valuesOf(series, id, 'ms');
  report.table(
    'CPU time of a warm process per request, user and system; the emulator answers at once',
    workers.all.map(({ id, label }) => ({
      contender: label,
      ms: msOf(id),
      'above bare': compareRounds(msOf(id), msOf('bare'), difference),
    })),
  );
  report.figure('cpu', 'clean', compareRounds(msOf('ours'), msOf('bare'), difference));
};

const measureMemory: Measure = async (bundles, options, report) => {
  using backend = await startBackend();
  using workers = await startWorkers(bundles.slice(0, 1), backend);
  const step = options.memoryRequests / MEMORY_STEPS;
  const rows: Record<'requests' | 'heap MB' | 'process MB' | 'without young MB', number>[] = [];
  for (const worker of workers.all) {
    for (let done = 0; done < options.memoryRequests; done += step) {
      await clean(step, worker, backend, done);
      const { heap, process, young } = await worker.call('weigh');
      rows.push({
        requests: done + step,
        'heap MB': heap / MB,
        'process MB': process / MB,
        'without young MB': (process - young) / MB,
      });
    }
  }
  report.table('Memory of one process of this service, with and without its young generation', rows);
  const subject = `${step} to ${options.memoryRequests} requests`;
  const growth = (name: 'heap MB' | 'without young MB') =>
    (rows.at(-1)?.[name] ?? 0) - (rows[0]?.[name] ?? 0);
  report.figure('heap', subject, growth('heap MB'));
  report.figure('process', subject, growth('without young MB'));
};

/** Adds repositories with three tasks each, and makes a queue that requests the deletion of all of them. */
async function fillQueue(requests: number, backend: Backend, first = 0): Promise<QueueMessage[]> {
  const numbers = Array.from({ length: requests }, (_, index) => first + index);
  const images = numbers.map((number) => `acme-images/team-${number % 50}/service-${number}`);
  await backend.call('prepare', { images, remoteNamespaces: REMOTE_NAMESPACES });
  const targets = REMOTE_NAMESPACES.map((name) => ({ remoteRegionId: TARGET_REGION, remoteNamespace: name }));
  return cleanupMessages(images, targets);
}

/** Invokes a worker as Lambda's event source does: one batch at a time, and failed messages return to the queue. */
async function drain(queue: QueueMessage[], worker: Worker): Promise<{ retried: number; cpuMs: number }> {
  const sum = { retried: 0, cpuMs: 0 };
  while (queue.length > 0) {
    const Records = queue.splice(0, BATCH_SIZE);
    const { answer, cpuMs } = await worker.call('invoke', { Records });
    assert(answer.batchItemFailures, worker.label);
    const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    queue.push(...Records.filter(({ messageId }) => failed.has(messageId)));
    sum.retried += failed.size;
    sum.cpuMs += cpuMs;
  }
  return sum;
}

/** Has one worker clean new requests without a failure. @returns its CPU time in milliseconds. */
async function clean(requests: number, worker: Worker, backend: Backend, first = 0): Promise<number> {
  const { retried, cpuMs } = await drain(await fillQueue(requests, backend, first), worker);
  const { tasksLeft } = await backend.call('report');
  assert.deepEqual({ retried, tasksLeft }, { retried: 0, tasksLeft: 0 }, worker.label);
  return cpuMs;
}

const parts = { queue: measureQueues, cpu: measureCpu, memory: measureMemory };

export const throughput: Scenario = {
  name: 'throughput',
  summary: 'Time to clean a queue of requests, and CPU time and memory of a request.',
  addOptions: (command) =>
    command
      .addOption(new Option('--only <part>', 'measure one part').choices(Object.keys(parts)))
      .addOption(
        new Option('--workers <list>', `numbers of workers, one queue each; peers have ${PEER_WORKERS}`)
          .argParser((text) => text.split(',').map(wholeNumber()))
          .default([2, 5, 10], '2,5,10'),
      )
      .option('--requests <number>', 'requests in a queue', wholeNumber(100), 10_000)
      .option('--peer-requests <number>', 'requests in the queue of each peer', wholeNumber(100), 2000)
      .option('--cpu-requests <number>', 'requests per contender', wholeNumber(100), 5000)
      .option('--memory-requests <number>', 'requests through one process', wholeNumber(100), 100_000),
  async run(options: ThroughputOptions, report) {
    const bundles = await bundleContenders('clean');
    report.note(
      `Requests with 3 targets each, ${BATCH_SIZE} in a batch. The ledger and the bus answer at once`,
    );
    for (const [name, measure] of Object.entries(parts)) {
      if (options.only === undefined || options.only === name) await measure(bundles, options, report);
    }
  },
};
