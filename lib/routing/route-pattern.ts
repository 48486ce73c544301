import { lowerAscii } from '../lower-ascii.ts';

type Segment =
  | { readonly type: 'literal'; readonly text: string }
  | { readonly type: 'one'; readonly name: string }
  | { readonly type: 'many'; readonly name: string };

const PLACEHOLDER = /^\{([a-z][a-z0-9_]*)(\+?)\}$/i;
const PLACEHOLDERS = /\{([^{}]*)\}/g;

/**
 * Values of the names of a route's `from`; undefined if it doesn't match. The case of ASCII letters doesn't count, since
 * forges ignore it. No segment is empty.
 *
 * @param from `SOURCE:PATTERN`.
 */
export function matchPattern(from: string, source: string, path: string): Map<string, string> | undefined {
  const pattern = patternFor(from, source);
  if (pattern === undefined) return undefined;
  const segments = parseSegments(pattern);
  const names = path.split('/');
  if (names.includes('')) return undefined;
  const spare = names.length - segments.length;
  const hasMany = segments.some(({ type }) => type === 'many');
  if (hasMany ? spare < 0 : spare !== 0) return undefined;
  const found = new Map<string, string>();
  let index = 0;
  for (const segment of segments) {
    const length = segment.type === 'many' ? spare + 1 : 1;
    const text = names.slice(index, index + length).join('/');
    index += length;
    if (segment.type !== 'literal') found.set(segment.name, text);
    else if (lowerAscii(segment.text) !== lowerAscii(text)) return undefined;
  }
  return found;
}

/**
 * Matches a route that leads every repository of an organization: its pattern is the organization, and one more name.
 *
 * @returns that name, and the values of the others; undefined if the route doesn't match.
 */
export function matchPrefix(
  from: string,
  source: string,
  path: string,
): { readonly rest: string; readonly values: ReadonlyMap<string, string> } | undefined {
  const pattern = patternFor(from, source);
  const slash = pattern?.lastIndexOf('/') ?? -1;
  if (pattern === undefined || slash === -1) return undefined;
  const [last] = parseSegments(pattern.slice(slash + 1));
  const values = matchPattern(`${source}:${pattern.slice(0, slash)}`, source, path);
  if (last === undefined || last.type === 'literal' || values === undefined) return undefined;
  return { rest: last.name, values };
}

function patternFor(from: string, source: string): string | undefined {
  return from.startsWith(`${source}:`) ? from.slice(source.length + 1) : undefined;
}

function parseSegments(pattern: string): Segment[] {
  return pattern.split('/').map((text) => {
    const [, name, plus] = PLACEHOLDER.exec(text) ?? [];
    if (name === undefined) return { type: 'literal', text };
    return { type: plus === '+' ? 'many' : 'one', name };
  });
}

/** Fills the names of a route's `to`. */
export function fillTemplate(template: string, values: ReadonlyMap<string, string>): string {
  return template.replaceAll(PLACEHOLDERS, (whole, name: string) => values.get(name) ?? whole);
}

/** Names of a pattern; true for one that may stand for several segments. */
export function namesOf(pattern: string): ReadonlyMap<string, boolean> {
  return new Map(
    parseSegments(pattern).flatMap((segment): [string, boolean][] =>
      segment.type === 'literal' ? [] : [[segment.name, segment.type === 'many']],
    ),
  );
}

/** Splits a route's `to` into its texts and names, in their order. */
export function splitTemplate(template: string): ({ readonly text: string } | { readonly name: string })[] {
  return template
    .split(/(\{[^{}]*\})/)
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('{') ? { name: part.slice(1, -1) } : { text: part }));
}

/** Fills the names of a route's `from`: the full name of a repository. */
export function fillPattern(pattern: string, values: ReadonlyMap<string, string>): string {
  return fillTemplate(pattern.replaceAll('+}', '}'), values);
}

/** Expected form of a route's `from`, apart from its source; undefined if it is valid. */
export function validatePattern(pattern: string): string | undefined {
  const segments = parseSegments(pattern);
  const names = segments.flatMap((segment) => (segment.type === 'literal' ? [] : [segment.name]));
  if (segments.some((segment) => segment.type === 'literal' && !/^[^{}\s]+$/.test(segment.text))) {
    return 'path segments, each a text, {name} or {name+}, such as acme/{repo}';
  }
  if (new Set(names).size < names.length) return 'every name only once';
  if (segments.filter(({ type }) => type === 'many').length > 1) return 'only one {name+}';
  return undefined;
}

/**
 * Fills a template with sample values of the names that a pattern has.
 *
 * @returns the result, or the issue: a name that the pattern doesn't have.
 */
export function sampleTemplate(template: string, pattern: string): { filled: string } | { issue: string } {
  const samples = new Map([...namesOf(pattern)].map(([name, many]) => [name, many ? 'x/x' : 'x']));
  const names = [...template.matchAll(PLACEHOLDERS)].map(([, name = '']) => name);
  const unknown = names.find((name) => !samples.has(name));
  if (unknown === undefined) return { filled: fillTemplate(template, samples) };
  const known = [...samples.keys()].join(', ') || 'it has none';
  return { issue: `only names that from has (${known}), not {${unknown}}` };
}
