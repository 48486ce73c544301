import type { WriteStream } from 'node:fs';
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

/** Counts the lines that the functions print, and writes them to a file if there is one. */
export class FunctionLines {
  readonly #tally: Tally;
  readonly #file: WriteStream | undefined;

  private constructor(tally: Tally, file: WriteStream | undefined) {
    this.#tally = tally;
    this.#file = file;
  }

  /** @throws {Error} if the file isn't writable. */
  static async open(tally: Tally, file: string | undefined): Promise<FunctionLines> {
    const handle = file === undefined ? undefined : await open(file, 'w');
    return new FunctionLines(tally, handle?.createWriteStream());
  }

  take(line: string): void {
    const parsed = parseJson(line);
    // Each line of the file is an object.
    this.#file?.write(`${typeof parsed === 'string' ? JSON.stringify({ text: line }) : line}\n`);
    const read = v.safeParse(lineSchema, parsed);
    if (!read.success) return;
    this.#tally.count('lines', read.output.event);
    if (read.output.event !== 'cleaned') return;
    for (const outcome of OUTCOMES) this.#tally.count('outcomes', outcome, read.output[outcome]);
  }

  async close(): Promise<void> {
    if (this.#file === undefined) return;
    this.#file.end();
    await finished(this.#file);
  }
}
