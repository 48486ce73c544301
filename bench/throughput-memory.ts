import type { Backend } from './backend.ts';
import type { FindBundle } from './bundle-contenders.ts';
import { contenders } from './contenders.ts';
import { workOff } from './throughput-cpu.ts';
import type { Memory } from './throughput-messages.ts';
import { withWorkers } from './throughput-processes.ts';

const STEPS = 10;

export interface Weight extends Memory {
  /** After so many requests. */
  readonly requests: number;
}

/** Sends so many requests through one process of ours, and weighs it after every tenth of them. */
export async function measureMemory(
  findBundle: FindBundle,
  clouds: Backend,
  requests: number,
): Promise<readonly Weight[]> {
  const ours = contenders.clean.filter(({ id }) => id === 'ours');
  const bundles = ours.map((contender) => findBundle('clean', contender).file);
  return withWorkers(bundles, clouds, async ([worker]) => {
    const weights: Weight[] = [];
    if (worker === undefined) return weights;
    const step = requests / STEPS;
    for (let done = 0; done < requests; done += step) {
      await workOff(step, worker, clouds, done);
      weights.push({ requests: done + step, ...(await worker.weigh()) });
    }
    return weights;
  });
}
