import { keyOfSource, type SourceRepository } from '../cleanup/confirm-gone.ts';
import { invertTemplate } from './invert-template.ts';
import type { Route } from './route.ts';
import { type Destination, findRoute } from './route.ts';
import { fillPattern, namesOf } from './route-pattern.ts';

interface SwrImage {
  readonly account: string;
  readonly namespace: string;
  readonly repository: string;
}

/**
 * Finds all source repositories that are routed to an SWR repository: `findRoute` the other way round. SWR has only names
 * in lower case, so the found names are in lower case too; sources ignore case.
 */
export function findSources(routes: readonly Route[], place: SwrImage): readonly SourceRepository[] {
  const origins = new Map<string, SourceRepository>();
  for (const route of routes) {
    if (route.account !== place.account) continue;
    for (const template of [route.to].flat()) {
      for (const origin of originsOf(route, template, place, routes)) {
        const { source, repository } = origin;
        origins.set(repository === undefined ? route.from : keyOfSource(source, repository), origin);
      }
    }
  }
  return [...origins.values()];
}

function originsOf(
  { from, targets }: Route,
  template: string,
  place: SwrImage,
  routes: readonly Route[],
): SourceRepository[] {
  const colon = from.indexOf(':');
  const source = from.slice(0, colon);
  const image = `${place.namespace}/${place.repository}`;
  const paths = pathsOf(template, from.slice(colon + 1), image);
  if (paths === undefined) return [{ source, ...(targets && { targets }) }];
  return paths.flatMap((path): SourceRepository[] => {
    const routing = findRoute(routes, source, path);
    // An earlier route may lead it elsewhere, or to other tasks.
    const destination = routing.matched
      ? routing.destinations.find((each) => isSame(each, place))
      : undefined;
    if (destination === undefined) return [];
    return [{ source, repository: path, ...(destination.targets && { targets: destination.targets }) }];
  });
}

function isSame(one: Destination, other: SwrImage): boolean {
  return (
    one.account === other.account && one.namespace === other.namespace && one.repository === other.repository
  );
}

/** Paths from which the template makes the image; undefined if there are too many. */
function pathsOf(template: string, pattern: string, image: string): string[] | undefined {
  const { solutions } = invertTemplate(template, pattern, image);
  const isMissing = [...namesOf(pattern).keys()].some((name) => !template.includes(`{${name}}`));
  if (isMissing && solutions?.length !== 0) return undefined;
  return solutions?.map((values) => fillPattern(pattern, values));
}
