import { cpus, type } from 'node:os';
import type { Verdict } from './limits.ts';
import type { Measurement } from './measure.ts';
import { compareRounds, median, quantile } from './statistics.ts';

/** Numbers mean little without it. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly system: string;
  readonly node: string;
}

export function describeMachine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    system: `${type()} ${process.arch}`,
    node: process.version,
  };
}

/** The calls by the name that a reader knows, in the order in which they are made. */
const CALLS = {
  GetSecretValue: 'secret',
  createToken: 'token',
  listSyncTasks: 'GET',
  deleteSyncTask: 'DELETE',
  SendMessage: 'SendMessage',
};

export function formatTable(measurements: readonly Measurement[]): string {
  const bare = measurements.find(({ contender }) => contender.id === 'bare');
  const rows = measurements.map(
    ({ contender, bytes, importMs, firstMs, secondMs, coldMs, calls }): string[] => [
      contender.label,
      (bytes / 1024).toFixed(1),
      formatSummary(importMs),
      formatSummary(firstMs),
      formatSummary(coldMs),
      median(compareRounds(coldMs, bare?.coldMs ?? [], (a, b) => a / b)).toFixed(2),
      formatSummary(secondMs),
      Object.entries(CALLS)
        .filter(([operation]) => calls[operation] !== undefined)
        .map(([operation, label]) => `${label} ${calls[operation]}`)
        .join(', '),
    ],
  );
  const name = measurements[0]?.function ?? '';
  return align([
    [name, 'bundle KB', 'import ms', 'first ms', 'cold ms', '/ bare', 'second ms', 'calls in both'],
    ...rows,
  ]);
}

export function formatVerdicts(verdicts: readonly Verdict[]): string {
  return align(verdicts.map(({ limit, found, passed }) => [passed ? 'pass' : 'FAIL', found, limit]));
}

function formatSummary(values: readonly number[]): string {
  const [low, high] = [quantile(values, 0.1), quantile(values, 0.9)];
  return `${median(values).toFixed(1)} (${low.toFixed(1)}-${high.toFixed(1)})`;
}

function align(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
