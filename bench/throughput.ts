/** `npm run bench -- throughput`: how fast a queue is worked off, and what a request costs in CPU time and memory. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleContenders, type FindBundle } from './bundle-contenders.ts';
import { contenders } from './contenders.ts';
import { installPeers } from './install-peers.ts';
import { describeMachine } from './print-results.ts';
import { measureCpu } from './throughput-cpu.ts';
import { judgeCpu, judgeMemory, judgeThroughput } from './throughput-limits.ts';
import { measureMemory } from './throughput-memory.ts';
import { LATENCY_MS } from './throughput-messages.ts';
import { readThroughputOptions, type ThroughputOptions } from './throughput-options.ts';
import { printThroughput, type Results } from './throughput-print.ts';
import { withClouds } from './throughput-processes.ts';
import { measureThroughput, type Throughput } from './throughput-queue.ts';

const PEER_CONCURRENCY = 5;

async function measureQueues(
  findBundle: FindBundle,
  { workers, requests, peerRequests }: ThroughputOptions,
): Promise<readonly Throughput[]> {
  const measured: Throughput[] = [];
  for (const contender of contenders.clean) {
    const isOurs = contender.id === 'ours';
    for (const concurrency of isOurs ? workers : workers.filter((count) => count === PEER_CONCURRENCY)) {
      const task = { concurrency, requests: isOurs ? requests : peerRequests };
      console.error(`${contender.label}, ${concurrency} workers ...`);
      const bundle = findBundle('clean', contender);
      measured.push(
        await withClouds(LATENCY_MS, (clouds) => measureThroughput(contender, bundle, task, clouds)),
      );
    }
  }
  return measured;
}

async function measure(findBundle: FindBundle, options: ThroughputOptions): Promise<Results> {
  const { parts, cpuRequests, memoryRequests } = options;
  return {
    throughput: parts.includes('queue') ? await measureQueues(findBundle, options) : [],
    cpu: parts.includes('cpu')
      ? await withClouds(0, (clouds) => measureCpu(findBundle, clouds, cpuRequests))
      : [],
    memory: parts.includes('memory')
      ? await withClouds(0, (clouds) => measureMemory(findBundle, clouds, memoryRequests))
      : [],
  };
}

/** @throws {UsageError} if it is asked for something else. */
export async function benchThroughput(args: string[]): Promise<void> {
  const options = readThroughputOptions(args);
  await installPeers();
  const folder = await mkdtemp(join(tmpdir(), 'swr-sync-cleanup-bench-'));
  try {
    const results = await measure(await bundleContenders(folder), options);
    const { throughput, cpu, memory } = results;
    const verdicts = [...judgeThroughput(throughput), ...judgeCpu(cpu), ...judgeMemory(memory)];
    if (options.json) {
      console.log(JSON.stringify({ machine: describeMachine(), ...results, verdicts }, null, 2));
    } else printThroughput(results, verdicts);
    if (options.check && verdicts.some(({ passed }) => !passed)) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
