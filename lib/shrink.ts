import { cutText } from './cut-text.ts';

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
export function shrink(value: unknown, room: number): unknown {
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
