/** Part of a template: one character, or a name that stands for one segment or for several. */
export type TemplateToken = { readonly char: string } | { readonly name: string; readonly many: boolean };

/** Text that two templates can make. */
export interface JointImage {
  /** Characters; undefined if both templates allow any character but a slash. */
  readonly chars: readonly (string | undefined)[];
  /** Index of the token that makes each character, of either template. */
  readonly made: readonly (readonly [number, number])[];
}

/** Maximum number of partial texts for one pair of templates. */
const MAX_NODES = 3000;

interface Move {
  readonly char: string | undefined;
  readonly token: number;
  readonly next: number;
}

interface State {
  readonly one: number;
  readonly other: number;
  /** True if the two templates have made the text so far in different ways. */
  readonly apart: boolean;
}

interface Transition {
  readonly char: string | undefined;
  readonly made: readonly [number, number];
  readonly to: string;
}

interface Node {
  readonly at: string;
  readonly length: number;
  readonly step?: Transition;
  readonly parent?: Node;
}

/**
 * Lists the texts that two templates have in common, the shortest first. Every occurrence of a name counts by itself, so some
 * of them may be impossible, but none is missing.
 *
 * @param apart false for a template with itself: a text counts only if it can be made in two ways.
 * @returns true if these are all of them.
 */
export function* jointImages(
  one: readonly TemplateToken[],
  other: readonly TemplateToken[],
  apart: boolean,
): Generator<JointImage, boolean> {
  const start: State = { one: 0, other: 0, apart };
  const { steps, ends } = explore(one, other, start);
  const distances = distancesTo(ends, steps);
  const shortest = distances.get(toStateKey(start));
  if (shortest === undefined) return true;
  const byLength: Node[][] = [];
  byLength[shortest] = [{ at: toStateKey(start), length: 0 }];
  let nodes = 0;
  for (let length = shortest; length < byLength.length; length += 1) {
    for (const node of byLength[length] ?? []) {
      nodes += 1;
      if (nodes > MAX_NODES) return false;
      if (ends.has(node.at)) yield toJointImage(node);
      for (const step of steps.get(node.at) ?? []) {
        const rest = distances.get(step.to);
        if (rest === undefined) continue;
        const made = node.length + 1;
        (byLength[made + rest] ??= []).push({ at: step.to, length: made, step, parent: node });
      }
    }
  }
  return true;
}

function toJointImage(node: Node): JointImage {
  const steps: Transition[] = [];
  for (let each: Node | undefined = node; each?.step !== undefined; each = each.parent) steps.push(each.step);
  steps.reverse();
  return { chars: steps.map(({ char }) => char), made: steps.map(({ made }) => made) };
}

/** Steps between the reachable states, and the states in which a text may end. */
function explore(one: readonly TemplateToken[], other: readonly TemplateToken[], start: State) {
  const steps = new Map<string, Transition[]>();
  const ends = new Set<string>();
  const found: State[] = [start];
  for (const state of found) {
    const key = toStateKey(state);
    if (steps.has(key)) continue;
    const list: Transition[] = [];
    steps.set(key, list);
    if (state.apart && isEnd(one, state.one) && isEnd(other, state.other)) ends.add(key);
    for (const left of movesFrom(one, state.one)) {
      for (const right of movesFrom(other, state.other)) {
        if (!meet(left.char, right.char)) continue;
        const apart = state.apart || left.token !== right.token;
        const next = { one: left.next, other: right.next, apart };
        list.push({ char: left.char ?? right.char, made: [left.token, right.token], to: toStateKey(next) });
        found.push(next);
      }
    }
  }
  return { steps, ends };
}

function toStateKey({ one, other, apart }: State): string {
  return `${one} ${other} ${apart}`;
}

/** Number of steps from each state to the nearest end. */
function distancesTo(ends: ReadonlySet<string>, steps: ReadonlyMap<string, readonly Transition[]>) {
  const before = new Map<string, string[]>();
  for (const [from, list] of steps) {
    for (const { to } of list) {
      const known = before.get(to);
      if (known === undefined) before.set(to, [from]);
      else known.push(from);
    }
  }
  const distances = new Map([...ends].map((end) => [end, 0]));
  for (const [state, distance] of distances) {
    for (const from of before.get(state) ?? []) {
      if (!distances.has(from)) distances.set(from, distance + 1);
    }
  }
  return distances;
}

/** States of one template: `2 * index` before a token, and one more in the middle of a name's value. */
function movesFrom(tokens: readonly TemplateToken[], state: number): Move[] {
  const index = state >> 1;
  const token = tokens[index];
  if (token === undefined) return [];
  if ('char' in token) return [{ char: token.char, token: index, next: 2 * (index + 1) }];
  const more = { char: undefined, token: index, next: 2 * index + 1 };
  if (state === 2 * index) return [more];
  // After a slash, the value needs another character before it may end.
  const slash = token.many ? [{ char: '/', token: index, next: 2 * index }] : [];
  return [more, ...slash, ...movesFrom(tokens, 2 * (index + 1))];
}

function isEnd(tokens: readonly TemplateToken[], state: number): boolean {
  return state === 2 * tokens.length || state === 2 * tokens.length - 1;
}

function meet(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined) return other !== '/';
  return one === other || (other === undefined && one !== '/');
}
