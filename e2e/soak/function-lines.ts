import { open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import * as v from 'valibot';
import { parseJson } from '../../lib/json.ts';
import type { Tally } from './tally.ts';

const OUTCOMES = ['deleted', 'absent', 'kept', 'failed'] as const;
const count = v.optional(v.number(), 0);
const lineSchema = v.looseObject({
  event: v.string(),
  deleted: count,
  absent: count,
  kept: count,
  failed: count,
});

/**
 * Counts the lines that the functions print, and writes them to a file if there is one.
 *
 * @throws {Error} if the file isn't writable.
 */
export async function openFunctionLines(tally: Tally, file: string | undefined) {
  const handle = file === undefined ? undefined : await open(file, 'w');
  const stream = handle?.createWriteStream();
  return {
    take(line: string): void {
      const parsed = parseJson(line);
      // Each line of the file is an object.
      stream?.write(`${typeof parsed === 'string' ? JSON.stringify({ text: line }) : line}\n`);
      const read = v.safeParse(lineSchema, parsed);
      if (!read.success) return;
      tally.count('lines', read.output.event);
      if (read.output.event !== 'cleaned') return;
      for (const outcome of OUTCOMES) tally.count('outcomes', outcome, read.output[outcome]);
    },
    async close(): Promise<void> {
      stream?.end();
      if (stream !== undefined) await finished(stream);
    },
  };
}
