import type { CleanupRequest } from './cleanup/request.ts';
import type { Route } from './config/config.ts';
import { faultOfOrganization, faultOfRepository } from './huaweicloud/names.ts';

type Segment =
  | { readonly type: 'literal'; readonly text: string }
  | { readonly type: 'one'; readonly name: string }
  | { readonly type: 'many'; readonly name: string };

const PLACEHOLDER = /^\{([a-z][a-z0-9_]*)(\+?)\}$/i;
const PLACEHOLDERS = /\{([^{}]*)\}/g;

export type Routing =
  | {
      readonly matched: true;
      readonly destination: Pick<CleanupRequest, 'account' | 'namespace' | 'targets'> & {
        readonly repository: string;
      };
    }
  | { readonly matched: false; readonly reason: string };

/**
 * Finds the SWR repository that belongs to a repository of a source: the first route that fits decides.
 *
 * @param path the repository's full name there, such as `acme/api`.
 */
export function findRoute(routes: readonly Route[], source: string, path: string): Routing {
  for (const { from, to, account, targets } of routes) {
    const found = matchPattern(from, source, path);
    if (found === undefined) continue;
    const image = fill(to, found);
    const fault = faultOfImage(image);
    if (fault !== undefined) return { matched: false, reason: `route ${from}: ${fault}` };
    return { matched: true, destination: { account, ...splitImage(image), ...(targets && { targets }) } };
  }
  return { matched: false, reason: `no route for ${source}:${path}` };
}

/** The values of the pattern's names, or undefined if it doesn't fit. Case doesn't count: forges ignore it. */
function matchPattern(from: string, source: string, path: string): Map<string, string> | undefined {
  const prefix = `${source}:`;
  if (!from.startsWith(prefix)) return undefined;
  const segments = parseSegments(from.slice(prefix.length));
  const names = path.split('/');
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
    else if (segment.text.toLowerCase() !== text.toLowerCase()) return undefined;
  }
  return found;
}

function parseSegments(pattern: string): Segment[] {
  return pattern.split('/').map((text) => {
    const [, name, plus] = PLACEHOLDER.exec(text) ?? [];
    if (name === undefined) return { type: 'literal', text };
    return { type: plus === '+' ? 'many' : 'one', name };
  });
}

function fill(template: string, values: ReadonlyMap<string, string>): string {
  return template.replaceAll(PLACEHOLDERS, (whole, name: string) => values.get(name) ?? whole);
}

/** Says what is wrong with a route's `from`, apart from its source. */
export function faultOfPattern(pattern: string): string | undefined {
  const segments = parseSegments(pattern);
  const names = segments.flatMap((segment) => (segment.type === 'literal' ? [] : [segment.name]));
  if (segments.some((segment) => segment.type === 'literal' && !/^[^{}\s]+$/.test(segment.text))) {
    return 'path segments, each a text, {name} or {name+}, such as acme/{repo}';
  }
  if (new Set(names).size < names.length) return 'every name only once';
  if (segments.filter(({ type }) => type === 'many').length > 1) return 'only one {name+}';
  return undefined;
}

/** Says what is wrong with a route's `to`, given a `from` that is right. */
export function faultOfTemplate(template: string, pattern: string): string | undefined {
  const samples = new Map(
    parseSegments(pattern).flatMap((segment): [string, string][] =>
      segment.type === 'literal' ? [] : [[segment.name, segment.type === 'many' ? 'x/x' : 'x']],
    ),
  );
  const names = [...template.matchAll(PLACEHOLDERS)].map(([, name = '']) => name);
  const unknown = names.find((name) => !samples.has(name));
  if (unknown !== undefined) {
    return `only names that from has (${[...samples.keys()].join(', ') || 'it has none'}), not {${unknown}}`;
  }
  return faultOfImage(fill(template, samples)) === undefined
    ? undefined
    : 'namespace/repository as SWR allows them, such as acme-images/{repo}';
}

function splitImage(image: string): { namespace: string; repository: string } {
  const [namespace = '', ...repository] = image.toLowerCase().split('/');
  return { namespace, repository: repository.join('/') };
}

function faultOfImage(image: string): string | undefined {
  const { namespace, repository } = splitImage(image);
  return faultOfOrganization(namespace) ?? faultOfRepository(repository);
}
