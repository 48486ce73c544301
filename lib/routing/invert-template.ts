import { lowerAscii } from '../lower-ascii.ts';
import { namesOf, splitTemplate } from './route-pattern.ts';

/** Maximum number of solutions of one template. An image that has more is not asked about. */
const MAX_SOLUTIONS = 10;
/** Limit of the search where a name occurs several times: only then can a search run into dead ends. */
const MAX_STEPS = 10_000;

const SEGMENT = /^[^/]+/;
const SEGMENTS = /^[^/]+(?:\/[^/]+)*/;

export type Values = ReadonlyMap<string, string>;

export interface Inversion {
  /** Every way to fill the names of the template; undefined if there are too many to tell. */
  readonly solutions: readonly Values[] | undefined;
  /** Parts that the search tried, a measure of its work. */
  readonly steps: number;
}

/**
 * Finds every way to give the names of a pattern values so that a template makes a text.
 *
 * Which part can begin where is known before the search begins. So it meets no dead end, unless a name occurs twice and
 * has another value the second time.
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
  // Of each part and each place, whether the parts from there on can make the rest of the text.
  const places = [...`${text} `.split('').keys()];
  const canEnd = [places.map((place) => place === text.length)];
  for (const index of [...parts.keys()].toReversed())
    canEnd.unshift(places.map((start) => endsOf(index, start).some((end) => canEnd[0]?.[end])));
  const solutions: Values[] = [];
  let steps = 0;
  const search = (index: number, start: number, values: Values): boolean => {
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
  const told = !canEnd[0]?.[0] || search(0, 0, new Map());
  return { solutions: told ? solutions : undefined, steps };
}

/** Every place where a value may end that begins here: one segment, or several with no empty one. */
function endsOfValue(text: string, start: number, many: boolean): number[] {
  const [longest = ''] = (many ? SEGMENTS : SEGMENT).exec(text.slice(start)) ?? [];
  return longest.split('').flatMap((char, index) => (char === '/' ? [] : [start + index + 1]));
}
