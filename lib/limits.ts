import * as v from 'valibot';

/** Bytes of an answer, and of a line of the log. */
export const MAX_OUTPUT_BYTES = 64 * 1024;

/** Events that one delivery may hold. */
export const MAX_EVENTS = 100;

/** Cleanup requests that one delivery may lead to. */
export const MAX_REQUESTS = 100;

/** Schema of an array, whatever its elements. */
export const anyArray = v.custom<readonly unknown[]>((input) => Array.isArray(input), 'Array');

/**
 * Schema of an array with a maximum length. Its length is checked before any element: a megabyte of `{}` would make
 * hundreds of thousands of issues.
 *
 * @param elements what they are, for the message.
 */
export function limitedArray<T>(element: v.GenericSchema<unknown, T>, max: number, elements: string) {
  return v.pipe(
    anyArray,
    v.check<readonly unknown[], (issue: v.CheckIssue<readonly unknown[]>) => string>(
      ({ length }) => length <= max,
      ({ input }) => `at most ${max} ${elements}, not ${input.length}`,
    ),
    v.array(element),
  );
}

/** The first elements of a list whose JSON fits together, and the number of the others. */
export function takeFitting<T>(list: readonly T[], maxBytes: number): { first: readonly T[]; more: number } {
  let bytes = 0;
  let count = 0;
  for (const each of list) {
    bytes += Buffer.byteLength(JSON.stringify(each)) + 1;
    if (bytes > maxBytes) break;
    count += 1;
  }
  return { first: list.slice(0, count), more: list.length - count };
}
