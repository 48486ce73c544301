import asyncHooks from 'node:async_hooks';
import { cutText } from './cut-text.ts';
import { MAX_OUTPUT_BYTES } from './limits.ts';

/** Of a line that is cut. As JSON, a character takes 6 bytes at most. */
const CUT_LINE_LENGTH = 10_000;

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];
type Fields = Readonly<Record<string, unknown>>;

/**
 * Log that writes one JSON object per line to standard output, where CloudWatch Logs parses it. A line has at most 64 KiB:
 * texts and lists of a longer one are cut, and it has `truncated`.
 */
export interface Log extends Record<Level, (event: string, fields?: Fields) => void> {
  /** A log whose every line has these fields too. */
  with(fields: Fields): Log;
}

const surroundings = new asyncHooks.AsyncLocalStorage<Fields>();

/**
 * Runs a piece of work. Every line that is logged during it has these fields too, even by code that serves several requests,
 * such as a login.
 */
export function logWithin<T>(fields: Fields, work: () => T): T {
  return surroundings.run({ ...surroundings.getStore(), ...fields }, work);
}

/** Fields that every line has here: those of the surrounding `logWithin`. */
export function fieldsHere(): Fields {
  return surroundings.getStore() ?? {};
}

function toLine(entry: Fields): string {
  try {
    const line = JSON.stringify(entry);
    // No character takes more than 3 bytes per unit of length.
    if (line.length * 3 <= MAX_OUTPUT_BYTES || Buffer.byteLength(line) <= MAX_OUTPUT_BYTES) return line;
  } catch {
    // Nested too deeply, a circle, or nothing that JSON knows: the copy has none of it.
  }
  return JSON.stringify({ ...Object(shrink(entry, CUT_LINE_LENGTH)), truncated: true });
}

/**
 * Creates a log.
 *
 * @param write takes one line without its line break. Not `console.log`: the Lambda runtime puts its own words before
 *   or around what goes through the console.
 * @param level lines below it are dropped; anything unknown counts as `info`.
 */
export function createLog(
  fields: Fields = {},
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
  level: string = process.env['LOG_LEVEL'] ?? 'info',
): Log {
  const named = LEVELS.findIndex((name) => name === level.toLowerCase());
  const lowest = named === -1 ? LEVELS.indexOf('info') : named;
  const lineAt = (index: number) => (event: string, more?: Fields) => {
    if (index < lowest) return;
    const time = new Date().toISOString();
    write(toLine({ time, level: LEVELS[index], event, ...fields, ...fieldsHere(), ...more }));
  };
  return {
    debug: lineAt(0),
    info: lineAt(1),
    warn: lineAt(2),
    error: lineAt(3),
    with: (more) => createLog({ ...fields, ...more }, write, level),
  };
}

const MAX_TEXT_LENGTH = 2000;
const MAX_KEY_LENGTH = 100;
const MAX_ITEMS = 20;
const MAX_DEPTH = 8;
/** Punctuation and numbers, per value. */
const OVERHEAD = 8;

/**
 * A copy of a value with long texts and lists cut, and with nothing beyond a total size: the work depends on the size of the
 * copy, not on that of the value.
 *
 * @param room for the copy in characters. As JSON, each takes 6 bytes at most.
 */
function shrink(value: unknown, room: number): unknown {
  let left = room;
  const copy = (part: unknown, depth: number): unknown => {
    left -= OVERHEAD;
    if (typeof part === 'string') {
      const text = cutText(part, Math.min(MAX_TEXT_LENGTH, Math.max(0, left)));
      left -= text.length;
      return text;
    }
    if (typeof part === 'bigint') return typeof part;
    if (typeof part !== 'object' || part === null) return part;
    if (depth >= MAX_DEPTH) return '...';
    if (Array.isArray(part)) return [...copyAll(part.slice(0, MAX_ITEMS), depth)].map(([, each]) => each);
    return Object.fromEntries(copyAll(part, depth));
  };
  function* copyAll(parts: object, depth: number): Generator<[string, unknown]> {
    for (const key of Object.keys(parts)) {
      if (left <= 0) return;
      const name = cutText(key, MAX_KEY_LENGTH);
      left -= name.length;
      yield [name, copy(Reflect.get(parts, key), depth + 1)];
    }
  }
  return copy(value, 0);
}
