import { lowerAscii } from '../lower-ascii.ts';
import { namesOf, splitTemplate } from './route-pattern.ts';

/** Maximum number of solutions of one template. For an image with more, no source is checked. */
const MAX_SOLUTIONS = 10;
/** Limit of the search. A search has dead ends only if a name occurs several times. */
const MAX_STEPS = 10_000;

const SEGMENT = /^[^/]+/;
const SEGMENTS = /^[^/]+(?:\/[^/]+)*/;

/** Values by the names of a pattern. */
export type NameValues = ReadonlyMap<string, string>;

/** Result of inverting a template. */
export interface Inversion {
  /** All ways to fill the names of the template; undefined if there are too many. */
  readonly solutions: readonly NameValues[] | undefined;
  /** Number of parts that the search tried. */
  readonly steps: number;
}

/**
 * Finds all values of a pattern's names with which a template makes a text.
 *
 * The places where each part can begin are computed before the search. Its only dead ends are names that occur twice and
 * have another value the second time.
 */
export function invertTemplate(template: string, pattern: string, text: string): Inversion {
  const names = namesOf(pattern);
  const parts = splitTemplate(template);
  const endsOf = (index: number, start: number): number[] => {
    const part = parts[index];
    if (part === undefined) return [];
    if ('name' in part) return endsOfValue(text, start, names.get(part.name) === true);
    const end = start + part.text.length;
    return text.slice(start, end) === lowerAscii(part.text) ? [end] : [];
  };
  // True for each part and place from which the remaining parts can make the rest of the text.
  const places = [...`${text} `.split('').keys()];
  const canEnd = [places.map((place) => place === text.length)];
  for (const index of [...parts.keys()].toReversed())
    canEnd.unshift(places.map((start) => endsOf(index, start).some((end) => canEnd[0]?.[end])));
  const solutions: NameValues[] = [];
  let steps = 0;
  const search = (index: number, start: number, values: NameValues): boolean => {
    steps += 1;
    if (steps > MAX_STEPS) return false;
    const part = parts[index];
    if (part === undefined) return solutions.push(values) <= MAX_SOLUTIONS;
    const known = 'name' in part ? values.get(part.name) : undefined;
    return endsOf(index, start).every((end) => {
      if (!canEnd[index + 1]?.[end]) return true;
      const value = text.slice(start, end);
      if (known !== undefined && known !== value) return true;
      return search(index + 1, end, 'name' in part ? new Map(values).set(part.name, value) : values);
    });
  };
  const isComplete = !canEnd[0]?.[0] || search(0, 0, new Map());
  return { solutions: isComplete ? solutions : undefined, steps };
}

/** Places where a value that begins here may end: one segment, or several with no empty one. */
function endsOfValue(text: string, start: number, many: boolean): number[] {
  const [longest = ''] = (many ? SEGMENTS : SEGMENT).exec(text.slice(start)) ?? [];
  return longest.split('').flatMap((char, index) => (char === '/' ? [] : [start + index + 1]));
}
