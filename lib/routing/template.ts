import { lowerAscii } from '../lower-ascii.ts';
import { invertTemplate, type NameValues } from './invert-template.ts';
import type { TemplateToken } from './joint-images.ts';
import type { Route } from './route.ts';
import { fillPattern, fillTemplate, matchPattern, namesOf, splitTemplate } from './route-pattern.ts';

/** Symbols for names in a path or image. The texts of a route have no white space. */
const SYMBOLS = '\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a';

/** Template of a route, prepared for the comparison with others. */
export interface Template {
  readonly route: Route;
  /** In lower case. */
  readonly template: string;
  readonly source: string;
  readonly pattern: string;
  readonly tokens: readonly TemplateToken[];
  /** Names of the pattern that the template lacks: the image doesn't depend on them. */
  readonly missing: readonly string[];
  /** Earlier routes of the same source: a repository that matches one of them never reaches this route. */
  readonly earlier: readonly Route[];
}

/** Prepares a template of a route. */
export function readTemplate(text: string, route: Route, routes: readonly Route[]): Template {
  const colon = route.from.indexOf(':');
  const source = route.from.slice(0, colon);
  const pattern = route.from.slice(colon + 1);
  const names = namesOf(pattern);
  const template = splitTemplate(text)
    .map((part) => ('name' in part ? `{${part.name}}` : lowerAscii(part.text)))
    .join('');
  return {
    route,
    template,
    source,
    pattern,
    tokens: splitTemplate(template).flatMap((part): TemplateToken[] =>
      'name' in part
        ? [{ name: part.name, many: names.get(part.name) === true }]
        : part.text.split('').map((char) => ({ char })),
    ),
    missing: [...names.keys()].filter((name) => !template.includes(`{${name}}`)),
    earlier: routes.slice(0, routes.indexOf(route)).filter(({ from }) => from.startsWith(`${source}:`)),
  };
}

/** Says whether the texts at the ends of each segment allow one image. This quick check rules most pairs out. */
export function mayMeet(one: Template, other: Template): boolean {
  const [left, right] = [endsOf(one), endsOf(other)];
  const isFixed = ![...left, ...right].some(({ many }) => many);
  if (isFixed && left.length !== right.length) return false;
  return (
    fitUntilMany(left, right, ({ head: a }, { head: b }) => a.startsWith(b) || b.startsWith(a)) &&
    fitUntilMany(
      left.toReversed(),
      right.toReversed(),
      ({ tail: a }, { tail: b }) => a.endsWith(b) || b.endsWith(a),
    )
  );
}

interface Ends {
  readonly head: string;
  readonly tail: string;
  readonly many: boolean;
}

function endsOf({ template, tokens }: Template): Ends[] {
  const many = tokens.find((token) => 'many' in token && token.many);
  const spanning = many !== undefined && 'name' in many ? `{${many.name}}` : undefined;
  return template.split('/').map((segment) => ({
    head: segment.slice(0, segment.includes('{') ? segment.indexOf('{') : undefined),
    tail: segment.slice(segment.lastIndexOf('}') + 1),
    many: spanning !== undefined && segment.includes(spanning),
  }));
}

function fitUntilMany(
  one: readonly Ends[],
  other: readonly Ends[],
  fit: (one: Ends, other: Ends) => boolean,
): boolean {
  for (const [index, each] of one.entries()) {
    const across = other[index];
    if (across === undefined) return true;
    if (!fit(each, across)) return false;
    if (each.many || across.many) return true;
  }
  return true;
}

/** Says whether earlier routes take all matching repositories that have the given values for some names. */
export function isDead({ pattern, ...template }: Template, given: NameValues = new Map()): boolean {
  const symbols = symbolsOf(pattern);
  if (symbols === undefined) return false;
  const path = fillPattern(pattern, new Map([...symbols.values, ...given]));
  return isTaken(path, symbols.many, template);
}

/**
 * Says whether each repository that matches a pattern has an image of its own. The number of segments determines where each
 * segment of the template is. In a segment with one unknown name, the length determines that name.
 */
export function isInjective({ template, pattern }: Template): boolean {
  const unknown = new Set(namesOf(pattern).keys());
  const segments = template.split('/').map((text) => splitTemplate(text));
  for (let before = -1; before !== unknown.size; ) {
    before = unknown.size;
    for (const parts of segments) {
      const names = new Set(
        parts.flatMap((part) => ('name' in part && unknown.has(part.name) ? [part.name] : [])),
      );
      const [name] = names;
      if (names.size === 1 && name !== undefined) unknown.delete(name);
    }
  }
  return unknown.size === 0;
}

/**
 * Says whether each repository that the general template leads to an image of the special one is the same repository, or
 * taken by an earlier route. The special template has to be an instance of the general one, so that this holds for every
 * name.
 */
export function isSettledBy(special: Template, general: Template): boolean {
  const symbols = symbolsOf(special.pattern);
  if (symbols === undefined || !isInjective(general)) return false;
  const { values, many } = symbols;
  const { solutions = [] } = invertTemplate(
    general.template,
    general.pattern,
    fillTemplate(special.template, values),
  );
  const [solution] = solutions;
  if (solution === undefined) return false;
  const names = namesOf(general.pattern);
  // A value that may contain slashes can't be that of a name for one segment.
  if (
    [...solution].some(
      ([name, value]) => names.get(name) !== true && many !== undefined && value.includes(many),
    )
  )
    return false;
  const path = lowerAscii(fillPattern(general.pattern, solution));
  const isSame =
    special.source === general.source && path === lowerAscii(fillPattern(special.pattern, values));
  return isSame || isTaken(path, many, general);
}

/** Symbol for each name of a pattern; undefined if there are too many names. */
function symbolsOf(
  pattern: string,
): { readonly values: NameValues; readonly many: string | undefined } | undefined {
  const names = [...namesOf(pattern)];
  if (names.length > SYMBOLS.length) return undefined;
  const values = new Map(names.map(([name], index) => [name, SYMBOLS.charAt(index)]));
  const [spanning] = names.find(([, many]) => many) ?? [];
  return { values, many: values.get(spanning ?? '') };
}

/** Says whether one earlier route matches a symbolic path for all values of its symbols. */
function isTaken(
  path: string,
  many: string | undefined,
  { source, earlier }: Pick<Template, 'source' | 'earlier'>,
): boolean {
  return earlier.some(({ from }) => {
    if (many === undefined) return matchPattern(from, source, path) !== undefined;
    // With more segments than the pattern has, one more makes no difference.
    const lengths = from.split('/').map((_, index) => index + 1);
    return [...lengths, lengths.length + 1].every((length) => {
      const expanded = path.replaceAll(many, Array.from({ length }, () => many).join('/'));
      return matchPattern(from, source, expanded) !== undefined;
    });
  });
}
