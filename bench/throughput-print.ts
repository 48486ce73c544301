import { loadavg } from 'node:os';
import type { Verdict } from './limits.ts';
import { describeMachine, formatVerdicts } from './print-results.ts';
import { median, quantile } from './statistics.ts';
import type { Cpu } from './throughput-cpu.ts';
import { extraCpuMs, megabytes, withoutYoung } from './throughput-limits.ts';
import type { Weight } from './throughput-memory.ts';
import { BATCH, LATENCY_MS, TARGETS } from './throughput-messages.ts';
import type { Throughput } from './throughput-queue.ts';

/** Nothing was measured where it is empty. */
export interface Results {
  readonly throughput: readonly Throughput[];
  readonly cpu: readonly Cpu[];
  readonly memory: readonly Weight[];
}

export function printThroughput({ throughput, cpu, memory }: Results, verdicts: readonly Verdict[]): void {
  const machine = describeMachine();
  console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}`);
  // What else runs here makes answers late.
  const load = `load ${loadavg()[0]?.toFixed(1)}`;
  console.log(
    `requests with ${TARGETS.length} targets each, ${BATCH} in a batch; the ledger and the bus answer at once, all over loopback; ${load}`,
  );
  if (throughput.length > 0) printQueues(throughput);
  if (cpu.length > 0) printCpu(cpu);
  if (memory.length > 0) printMemory(memory);
  console.log(`\n${formatVerdicts(verdicts)}`);
}

function printQueues(measured: readonly Throughput[]): void {
  console.log(`
a queue, worked off; the emulator answers in ${LATENCY_MS} ms
ideal: each worker has one request in hand: a GET, then all its DELETEs at the same time, and nothing else takes time`);
  printTable(
    ['', 'workers', 'requests', 'seconds', 'ideal', '/ ideal', 'requests/s', 'calls each', 'given back'],
    measured.map(({ contender, concurrency, requests, seconds, idealSeconds, givenBack, calls }) => [
      contender.label,
      `${concurrency}`,
      `${requests}`,
      seconds.toFixed(1),
      idealSeconds.toFixed(1),
      (seconds / idealSeconds).toFixed(3),
      (requests / seconds).toFixed(1),
      (sumOf(Object.values(calls)) / requests).toFixed(2),
      `${givenBack}`,
    ]),
  );
}

function printCpu(measured: readonly Cpu[]): void {
  const bare = measured.find(({ contender }) => contender.id === 'bare');
  console.log('\nCPU time of a warm process for one request, user and system; the emulator answers at once');
  printTable(
    ['', 'median ms', '10th', '90th percentile', 'above bare'],
    measured.map((each) => [
      each.contender.label,
      median(each.cpuMs).toFixed(2),
      quantile(each.cpuMs, 0.1).toFixed(2),
      quantile(each.cpuMs, 0.9).toFixed(2),
      bare === undefined ? '' : extraCpuMs(each, bare).toFixed(2),
    ]),
  );
}

function printMemory(weights: readonly Weight[]): void {
  console.log('\nmemory of one process, ours, the garbage collected');
  printTable(
    ['requests', 'heap', 'process', 'without the young generation'],
    weights.map((weight) => [
      `${weight.requests}`,
      megabytes(weight.heapBytes),
      megabytes(weight.rssBytes),
      megabytes(withoutYoung(weight)),
    ]),
  );
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Names to the left, numbers to the right. */
function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  for (const row of all) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(cells.join('  '));
  }
}
