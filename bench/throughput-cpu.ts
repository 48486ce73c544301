import assert from 'node:assert/strict';
import type { Backend } from './backend.ts';
import type { FindBundle } from './bundle-contenders.ts';
import { type Contender, contenders } from './contenders.ts';
import { type Worker, withWorkers } from './throughput-processes.ts';
import { fillQueue, take } from './throughput-queue.ts';

/** In one go by one contender; then it is the next one's turn. */
const REQUESTS = 100;
/** Until everything has been compiled that is worth it. */
const WARM_UP_ROUNDS = 10;

export interface Cpu {
  readonly contender: Contender;
  /** For one request, in each round. */
  readonly cpuMs: readonly number[];
}

interface Measured extends Cpu {
  readonly cpuMs: number[];
}

/**
 * Measures what a request costs a warm process in CPU time, user and system. The contenders take turns, so that a machine
 * that slows down slows all of them down.
 */
export async function measureCpu(
  findBundle: FindBundle,
  clouds: Backend,
  requests: number,
): Promise<readonly Cpu[]> {
  const rounds = requests / REQUESTS;
  const bundles = contenders.clean.map((contender) => findBundle('clean', contender).file);
  return withWorkers(bundles, clouds, async (workers) => {
    const measured = contenders.clean.map((contender): Measured => ({ contender, cpuMs: [] }));
    for (let round = 0; round < WARM_UP_ROUNDS + rounds; round += 1) {
      for (const [index, worker] of workers.entries()) {
        const cpuMs = (await workOff(REQUESTS, worker, clouds)) / REQUESTS;
        if (round >= WARM_UP_ROUNDS) measured[index]?.cpuMs.push(cpuMs);
      }
    }
    return measured;
  });
}

/**
 * Has one worker work off so many new requests.
 *
 * @param first the number of the first repository.
 * @returns the CPU time in milliseconds that it took.
 */
export async function workOff(requests: number, worker: Worker, clouds: Backend, first = 0): Promise<number> {
  const queue = await fillQueue(requests, clouds, first);
  let sum = 0;
  while (queue.length > 0) {
    const { answer, cpuMs } = await worker.invoke({ Records: take(queue) });
    assert.deepEqual(answer, { batchItemFailures: [] });
    sum += cpuMs;
  }
  const { tasksLeft } = await clouds.report();
  assert.equal(tasksLeft, 0);
  return sum;
}
