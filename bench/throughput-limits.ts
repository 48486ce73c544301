import type { Verdict } from './limits.ts';
import { compareRounds, median } from './statistics.ts';
import type { Cpu } from './throughput-cpu.ts';
import type { Weight } from './throughput-memory.ts';
import type { Throughput } from './throughput-queue.ts';

const MOST_TO_IDEAL = 1.3;
const MOST_EXTRA_CPU_MS = 1;
/** What is kept of 90,000 requests, less than 24 bytes of each. */
const MOST_HEAP_BYTES = 2 * 1024 * 1024;
/** Compiled code and the pages of the system come and go with it; still less than 60 bytes of each. */
const MOST_PROCESS_BYTES = 5 * 1024 * 1024;

export const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

/** Of ours alone: nothing is promised of the others. */
export function judgeThroughput(measured: readonly Throughput[]): Verdict[] {
  return measured
    .filter(({ contender }) => contender.id === 'ours')
    .map(({ concurrency, seconds, idealSeconds }) => {
      const ratio = seconds / idealSeconds;
      return {
        limit: `${concurrency} workers: at most ${MOST_TO_IDEAL} x the ideal for the calls made`,
        found: `${ratio.toFixed(3)} x`,
        passed: ratio <= MOST_TO_IDEAL,
      };
    });
}

/** CPU time for one request above that of another contender, round by round. */
export function extraCpuMs(ours: Cpu, other: Cpu): number {
  return median(compareRounds(ours.cpuMs, other.cpuMs, (one, another) => one - another));
}

export function judgeCpu(measured: readonly Cpu[]): Verdict[] {
  const [ours, bare] = (['ours', 'bare'] as const).map((id) =>
    measured.find(({ contender }) => contender.id === id),
  );
  if (ours === undefined || bare === undefined) return [];
  const extra = extraCpuMs(ours, bare);
  return [
    {
      limit: `CPU for a request, warm: at most ${MOST_EXTRA_CPU_MS} ms above ${bare.contender.label}`,
      found: `${extra >= 0 ? '+' : ''}${extra.toFixed(2)} ms`,
      passed: extra <= MOST_EXTRA_CPU_MS,
    },
  ];
}

export function judgeMemory(weights: readonly Weight[]): Verdict[] {
  const [first, last] = [weights.at(0), weights.at(-1)];
  if (first === undefined || last === undefined) return [];
  const between = `from ${first.requests} to ${last.requests} requests`;
  const judge = (what: string, growth: number, most: number): Verdict => ({
    limit: `${what} grows by at most ${megabytes(most)} ${between}`,
    found: megabytes(growth),
    passed: growth <= most,
  });
  return [
    judge('the heap', last.heapBytes - first.heapBytes, MOST_HEAP_BYTES),
    judge('the process', withoutYoung(last) - withoutYoung(first), MOST_PROCESS_BYTES),
  ];
}

/** Most of what a process has is ready for new objects, and says nothing about old ones. */
export function withoutYoung({ rssBytes, youngBytes }: Weight): number {
  return rssBytes - youngBytes;
}
