import type { CleanupRequest } from '../cleanup/request.ts';
import type { Route } from '../config/config.ts';
import type { Fault } from '../faults.ts';
import { findRoute } from '../routes.ts';

/** What an event turns out to mean for this service. */
export type Meaning =
  /** It is fine, but says nothing about a deletion. */
  | { readonly type: 'ignored'; readonly reason: string }
  /** It can't be read. */
  | { readonly type: 'unreadable'; readonly faults: readonly Fault[] }
  /** A repository of the source is gone, under its full name there; routes know which one of SWR it is. */
  | {
      readonly type: 'deleted';
      readonly repository: string;
      readonly id: string;
      readonly occurredAt: string;
    }
  /** It names repositories of SWR itself. */
  | { readonly type: 'request'; readonly request: CleanupRequest };

/** A meaning, once the routes have been asked. */
export type Resolved = Exclude<Meaning, { type: 'deleted' }>;

/**
 * Turns what an event means into a cleanup request, or into the reason why there is none.
 *
 * @param source the name under which routes know the sender.
 */
export function resolveMeaning(meaning: Meaning, source: string, routes: readonly Route[]): Resolved {
  if (meaning.type !== 'deleted') return meaning;
  const { repository, id, occurredAt } = meaning;
  const routing = findRoute(routes, source, repository);
  if (!routing.matched) return { type: 'ignored', reason: routing.reason };
  return { type: 'request', request: { version: 1, id, source, occurredAt, ...routing.destination } };
}
