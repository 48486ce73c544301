import type { Config } from '../../lib/config/config.ts';
import { findRoute } from '../../lib/routing/route.ts';
import { sources } from '../../lib/sources/index.ts';
import { eventOfDeletion, sendableType } from './senders.ts';

/** Nobody has an organization or a repository of this name. */
const NOBODYS = 'swr-sync-cleanup-hello';
const ONE = /\{[^{}+]*\}/g;
const MANY = /\{[^{}]*\+\}/g;

/**
 * A repository that doesn't exist, neither at a source nor in SWR, so that its deletion deletes nothing. It is made from
 * the first route that leads to such a one; where none does, it is one without a route.
 *
 * @returns undefined if the routes lead every name to a repository that may exist.
 */
export function inventRepository(config: Config, name: string): string | undefined {
  const type = sendableType(config, name);
  if (!sources[type].routed) return inventImage(config);
  const patterns = config.routes
    .filter(({ from }) => from.startsWith(`${name}:`))
    .map(({ from }) => from.slice(name.length + 1));
  return patterns
    .concat('{owner}/{name}')
    .flatMap((pattern) => [fill(pattern, NOBODYS), fill(pattern, `${NOBODYS}/${NOBODYS}`)])
    .filter((candidate) => candidate.includes(NOBODYS))
    .filter((candidate) => eventOfDeletion(type, candidate).every((each) => each.type === 'deleted'))
    .find((candidate) => leadsNowhere(config, name, candidate));
}

/** One for a source that names SWR repositories itself. */
function inventImage({ routes, defaultAccount }: Config): string {
  // Requests without an account go to the default one.
  const [template = ''] = [routes.find(({ account }) => account === defaultAccount)?.to ?? ''].flat();
  const [namespace = ''] = template.split('/');
  return `${fill(namespace, NOBODYS) || NOBODYS}/${NOBODYS}`;
}

function fill(pattern: string, many: string): string {
  return pattern.replaceAll(MANY, many).replaceAll(ONE, NOBODYS);
}

function leadsNowhere({ routes }: Config, name: string, candidate: string): boolean {
  const routing = findRoute(routes, name, candidate);
  return (
    !routing.matched ||
    routing.destinations.every(({ namespace, repository }) => `${namespace}/${repository}`.includes(NOBODYS))
  );
}
