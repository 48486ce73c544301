import type { Route } from './config/config.ts';
import { nameOf, type Target } from './huaweicloud/sync-task.ts';
import { fillTemplate } from './route-pattern.ts';
import { type Destination, findRoute } from './routes.ts';

/** A repository of a source whose deletion a route would lead to a repository of SWR. */
export interface Origin {
  readonly source: string;
  /** Its full name there. Missing where the route may lead there, and doesn't tell from which one. */
  readonly repository?: string;
  /** The tasks that the route means; every one if missing. */
  readonly targets?: readonly Target[];
}

/** An image that more repositories of a source than these could belong to is not asked about. */
const MAX_ORIGINS_OF_TEMPLATE = 10;

type Values = ReadonlyMap<string, string>;

interface Place {
  readonly account: string;
  readonly namespace: string;
  readonly repository: string;
}

/**
 * Finds every repository of a source that is routed to a repository of SWR: `findRoute` the other way round. SWR knows names
 * in lower case only, so those found are; sources ignore case.
 */
export function findSources(routes: readonly Route[], place: Place): readonly Origin[] {
  const origins = new Map<string, Origin>();
  for (const route of routes) {
    if (route.account !== place.account) continue;
    for (const template of [route.to].flat()) {
      for (const origin of originsOf(route, template, place, routes)) {
        const name = `${origin.source}:${origin.repository?.toLowerCase() ?? route.from}`;
        origins.set(name, origin);
      }
    }
  }
  return [...origins.values()];
}

function originsOf(
  { from, targets }: Route,
  template: string,
  place: Place,
  routes: readonly Route[],
): Origin[] {
  const colon = from.indexOf(':');
  const source = from.slice(0, colon);
  const image = `${place.namespace}/${place.repository}`;
  const paths = invertTemplate(template, from.slice(colon + 1), image);
  if (paths === undefined) return [{ source, ...(targets && { targets }) }];
  return paths.flatMap((path): Origin[] => {
    const routing = findRoute(routes, source, path);
    // An earlier route may take it elsewhere, or mean other tasks.
    const destination = routing.matched
      ? routing.destinations.find((each) => isSame(each, place))
      : undefined;
    if (destination === undefined) return [];
    return [{ source, repository: path, ...(destination.targets && { targets: destination.targets }) }];
  });
}

function isSame(one: Destination, other: Place): boolean {
  return (
    one.account === other.account && one.namespace === other.namespace && one.repository === other.repository
  );
}

/** Whether a route that leads from there means the task with that target. */
export function meansTarget({ targets }: Origin, target: Target): boolean {
  return targets === undefined || targets.some((each) => nameOf(each) === nameOf(target));
}

/** @returns every path that the template could have made the image of; undefined if that can't be told. */
function invertTemplate(template: string, pattern: string, image: string): string[] | undefined {
  const names = namesOf(pattern);
  const missing = [...names.keys()].some((name) => !template.includes(`{${name}}`));
  const found: string[] = [];
  for (const values of solve(template.split(/(?=\{)|(?<=\})/), image, names, new Map())) {
    if (missing || found.length === MAX_ORIGINS_OF_TEMPLATE) return undefined;
    found.push(fillTemplate(pattern.replaceAll('+}', '}'), values));
  }
  return found;
}

/** The names of a pattern, and whether each may stand for several segments. */
function namesOf(pattern: string): ReadonlyMap<string, boolean> {
  return new Map(
    [...pattern.matchAll(/\{([^{}+]+)(\+?)\}/g)].map(([, name = '', plus]) => [name, plus === '+']),
  );
}

/** Every way to give the names values so that the parts of a template make the text. */
function* solve(
  [part, ...rest]: readonly string[],
  text: string,
  names: ReadonlyMap<string, boolean>,
  values: Values,
): Generator<Values> {
  if (part === undefined) {
    if (text === '') yield values;
    return;
  }
  const name = /^\{(.*)\}$/.exec(part)?.[1];
  const known = name === undefined ? part.toLowerCase() : values.get(name);
  if (known !== undefined) {
    if (text.startsWith(known)) yield* solve(rest, text.slice(known.length), names, values);
    return;
  }
  if (name === undefined || text.startsWith('/')) return;
  for (let end = 1; end <= text.length; end += 1) {
    const value = text.slice(0, end);
    if (value.endsWith('/')) {
      if (names.get(name) === true) continue;
      return;
    }
    yield* solve(rest, text.slice(end), names, new Map(values).set(name, value));
  }
}
