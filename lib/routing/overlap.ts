import { lowerAscii } from '../lower-ascii.ts';
import type { NameValues } from './invert-template.ts';
import { type JointImage, jointImages } from './joint-images.ts';
import { findRoute } from './route.ts';
import { fillPattern, matchPattern, namesOf } from './route-pattern.ts';
import { isDead, isInjective, isSettledBy, mayMeet, type Template } from './template.ts';

/** Two source repositories that are routed to one image; no example if none were found and none could be ruled out. */
export interface Overlap {
  readonly example?: { readonly one: string; readonly other: string; readonly image: string };
}

/** Letters for names in examples. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const MAX_IMAGES = 30;

/** Finds out whether two source repositories may lead to one image, one by each template. */
export function findOverlap(one: Template, other: Template): Overlap | undefined {
  if (!mayMeet(one, other) || isDead(one) || isDead(other)) return undefined;
  const isSame = one === other;
  if (isSame && isInjective(one)) return undefined;
  if (!isSame && (isSettledBy(one, other) || isSettledBy(other, one))) return undefined;
  const images = jointImages(one.tokens, other.tokens, !isSame || one.missing.length > 0);
  let isRuledOut = true;
  for (let count = 0; count < MAX_IMAGES; count += 1) {
    const next = images.next();
    if (next.done === true) return next.value && isRuledOut ? undefined : {};
    const example = exampleOf(next.value, one, other);
    if (example !== undefined) return { example };
    isRuledOut &&= isImpossible(next.value, one, other);
  }
  return {};
}

/** Says whether no repositories lead to an image of which every character is given, for all missing names. */
function isImpossible({ chars, made }: JointImage, one: Template, other: Template): boolean {
  if (one.missing.length + other.missing.length === 0) return true;
  return [one, other].some((template, side) => {
    const own = made.map((each) => each[side] ?? 0);
    const values = valuesOf(
      template,
      chars.map((char) => char ?? ''),
      own,
    );
    return values === undefined || isDead(template, values);
  });
}

/** Example of two repositories that lead to a common text, which is filled with letters. */
function exampleOf(joint: JointImage, one: Template, other: Template): Overlap['example'] | undefined {
  const letters = freeLetters(one, other);
  for (const choose of CHOICES) {
    const letterAt = (index: number) => letters.charAt(index % letters.length);
    const chars = fillWithLetters(joint, [one, other], (index) => letterAt(choose(index)));
    const image = chars.join('');
    const [left, right] = [one, other].map((template, side) => {
      const made = joint.made.map((each) => each[side] ?? 0);
      return pathsOf(template, valuesOf(template, chars, made), letterAt(side)).find((path) =>
        leadsTo(template, path, image),
      );
    });
    const isOne = one.source === other.source && lowerAscii(left ?? '') === lowerAscii(right ?? '');
    if (left === undefined || right === undefined || isOne) continue;
    return { one: `${one.source}:${left}`, other: `${other.source}:${right}`, image };
  }
  return undefined;
}

/** Paths with some values, and a letter for each missing name; also with more segments than an earlier pattern has. */
function pathsOf(
  { pattern, missing, earlier }: Template,
  values: NameValues | undefined,
  letter: string,
): string[] {
  if (values === undefined) return [];
  const names = namesOf(pattern);
  const most = 1 + Math.max(0, ...earlier.map(({ from }) => from.split('/').length));
  return [1, most].map((length) => {
    const many = Array.from({ length }, () => letter).join('/');
    const free = missing.map((name): [string, string] => [name, names.get(name) === true ? many : letter]);
    return fillPattern(pattern, new Map([...values, ...free]));
  });
}

/** Letters that no earlier route has as a segment, so that it takes none of the names made of them. */
function freeLetters(...templates: readonly Template[]): string {
  const taken = new Set(
    templates.flatMap(({ earlier }) => earlier.flatMap(({ from }) => lowerAscii(from).split(/[:/]/))),
  );
  const free = LETTERS.split('').filter((letter) => !taken.has(letter));
  return free.length > 1 ? free.join('') : LETTERS;
}

/** Ways to choose letters: a name that occurs twice may need equal ones, and two repositories different ones. */
const CHOICES: readonly ((index: number) => number)[] = [
  (index) => index,
  (index) => index * 3 + 10,
  () => 0,
  () => 16,
];

/** Chooses each free letter. If a name occurs twice, both places get the same letters. */
function fillWithLetters(
  { chars, made }: JointImage,
  templates: readonly Template[],
  letterAt: (index: number) => string,
): string[] {
  const equal = templates.flatMap((template, side) =>
    equalPlaces(
      template,
      made.map((each) => each[side]),
    ),
  );
  const filled = [...chars];
  spread(filled, equal);
  return chars.map((_, place) => {
    const char = filled[place] ?? letterAt(place);
    if (filled[place] === undefined) {
      filled[place] = char;
      spread(filled, equal);
    }
    return char;
  });
}

/** Pairs of places that hold the same character, as a name makes both. */
function equalPlaces({ tokens }: Template, made: readonly (number | undefined)[]): [number, number][] {
  const placesOf = (token: number) => [...made.keys()].filter((place) => made[place] === token);
  const first = new Map<string, number[]>();
  return tokens.flatMap((token, index): [number, number][] => {
    if (!('name' in token)) return [];
    const places = placesOf(index);
    const before = first.get(token.name);
    if (before === undefined) first.set(token.name, places);
    return (before ?? []).flatMap((one, position): [number, number][] => {
      const other = places[position];
      return other === undefined ? [] : [[one, other]];
    });
  });
}

function spread(filled: (string | undefined)[], equal: readonly (readonly [number, number])[]): void {
  for (let isDone = false; !isDone; ) {
    isDone = true;
    for (const [one, other] of equal) {
      const char = filled[one] ?? filled[other];
      if (char === undefined || (filled[one] !== undefined && filled[other] !== undefined)) continue;
      filled[one] = filled[other] = char;
      isDone = false;
    }
  }
}

/** Values that make a text; undefined if a name would have two. */
function valuesOf(
  { tokens }: Template,
  chars: readonly string[],
  made: readonly number[],
): NameValues | undefined {
  const values = new Map<string, string>();
  for (const [index, token] of tokens.entries()) {
    if (!('name' in token)) continue;
    const value = chars.filter((_, place) => made[place] === index).join('');
    if ((values.get(token.name) ?? value) !== value) return undefined;
    values.set(token.name, value);
  }
  return values;
}

function leadsTo({ route, source, earlier }: Template, path: string, image: string): boolean {
  if (earlier.some(({ from }) => matchPattern(from, source, path) !== undefined)) return false;
  const routing = findRoute([route], source, path);
  return (
    routing.matched &&
    routing.destinations.some(({ namespace, repository }) => `${namespace}/${repository}` === image)
  );
}
