import { closeSync, openSync, writeSync } from 'node:fs';
import * as v from 'valibot';
import { parseJson } from '../../lib/json.ts';
import type { Tally } from './tally.ts';

const OUTCOMES = ['deleted', 'absent', 'kept', 'failed'] as const;
const lineSchema = v.object({
  event: v.string(),
  ...v.entriesFromList(OUTCOMES, v.optional(v.number(), 0)),
});

/**
 * Counts what the functions print, and writes it to a file if there is one.
 *
 * @throws {Error} if the file isn't writable.
 */
export function openFunctionLines(tally: Tally, file: string | undefined) {
  const opened = file === undefined ? undefined : openSync(file, 'w');
  return {
    take(line: string): void {
      const parsed = parseJson(line);
      // Each line of the file is an object.
      const text = typeof parsed === 'string' ? JSON.stringify({ text: line }) : line;
      if (opened !== undefined) writeSync(opened, `${text}\n`);
      const read = v.safeParse(lineSchema, parsed);
      if (!read.success) return;
      const { event, ...outcomes } = read.output;
      if (event === 'sweep finished') tally.count('sweeps', 'finished');
      if (event !== 'cleaned') return;
      for (const outcome of OUTCOMES) tally.count('outcomes', outcome, outcomes[outcome]);
    },
    close(): void {
      if (opened !== undefined) closeSync(opened);
    },
  };
}
