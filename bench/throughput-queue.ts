import assert from 'node:assert/strict';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import type { Backend } from './backend.ts';
import type { Bundle } from './bundle-contenders.ts';
import type { Contender } from './contenders.ts';
import { cleanupMessage } from './events.ts';
import { BATCH, LATENCY_MS, TARGETS } from './throughput-messages.ts';
import { type Worker, withWorkers } from './throughput-processes.ts';

export interface Throughput {
  readonly contender: Contender;
  readonly concurrency: number;
  readonly requests: number;
  readonly seconds: number;
  /** For the calls that were made, if nothing took any time but the emulator's answers. */
  readonly idealSeconds: number;
  /** Messages that a worker gave back, and that were handed over again. */
  readonly givenBack: number;
  readonly calls: Readonly<Record<string, number>>;
}

/** Has so many workers at a time work off a queue of requests, and measures from the first batch to the last answer. */
export async function measureThroughput(
  contender: Contender,
  { file }: Bundle,
  { concurrency, requests }: Pick<Throughput, 'concurrency' | 'requests'>,
  clouds: Backend,
): Promise<Throughput> {
  const queue = await fillQueue(requests, clouds);
  const bundles = Array.from({ length: concurrency }, () => file);
  return withWorkers(bundles, clouds, async (workers) => {
    const startedAt = performance.now();
    const givenBack = await Promise.all(workers.map((worker) => workOff(queue, worker)));
    const seconds = (performance.now() - startedAt) / 1000;
    const { calls, tasksLeft } = await clouds.report();
    assert.equal(tasksLeft, 0, contender.label);
    return {
      contender,
      concurrency,
      requests,
      seconds,
      idealSeconds: findIdeal(calls, concurrency),
      givenBack: givenBack.reduce((sum, count) => sum + count, 0),
      calls,
    };
  });
}

/** Plants repositories with a task for each target, and asks for the deletion of all of them. */
export async function fillQueue(requests: number, clouds: Backend, first = 0): Promise<SQSRecord[]> {
  const repositories = Array.from({ length: requests }, (_, index) => {
    const number = first + index;
    return `team-${number % 50}/service-${number}`;
  });
  await clouds.plant(repositories);
  return repositories.flatMap((repository) => cleanupMessage(repository).Records.map(nameTargets));
}

function nameTargets(record: SQSRecord): SQSRecord {
  const request: object = JSON.parse(record.body);
  return { ...record, body: JSON.stringify({ ...request, targets: TARGETS }) };
}

/**
 * What Lambda's event source does for one worker: a batch at a time, and what it gives back comes again.
 *
 * @returns how many messages it gave back.
 */
async function workOff(queue: SQSRecord[], worker: Worker): Promise<number> {
  let givenBack = 0;
  for (let Records = take(queue); Records.length > 0; Records = take(queue)) {
    const { answer } = await worker.invoke({ Records } satisfies SQSEvent);
    const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    queue.push(...Records.filter(({ messageId }) => failed.has(messageId)));
    givenBack += failed.size;
  }
  return givenBack;
}

export function take(queue: SQSRecord[]): SQSRecord[] {
  return queue.splice(0, BATCH);
}

/** A worker has one request in hand at a time: first a look, and then the deletions of all its targets at the same time. */
function findIdeal(
  { listSyncTasks = 0, deleteSyncTask = 0 }: Throughput['calls'],
  concurrency: number,
): number {
  return ((listSyncTasks + deleteSyncTask / TARGETS.length) * LATENCY_MS) / concurrency / 1000;
}
