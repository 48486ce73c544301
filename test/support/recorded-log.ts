import * as v from 'valibot';
import { createLog, type Log } from '../../lib/log.ts';

const entrySchema = v.looseObject({ time: v.string(), level: v.string(), event: v.string() });

type LogEntry = v.InferOutput<typeof entrySchema>;

export interface RecordedLog {
  readonly log: Log;
  /** As they would have been printed. */
  readonly lines: readonly string[];
  of(event: string): LogEntry[];
  /** Forgets all lines. */
  clear(): void;
}

/** A log of all levels that keeps its lines. */
export function recordLog(): RecordedLog {
  const lines: string[] = [];
  const log = createLog({}, (line) => lines.push(line), 'debug');
  const of = (event: string) =>
    lines.map((line) => v.parse(entrySchema, JSON.parse(line))).filter((entry) => entry.event === event);
  return { log, lines, of, clear: () => lines.splice(0) };
}
