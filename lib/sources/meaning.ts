import type { CleanupRequest } from '../cleanup/request.ts';
import type { Config } from '../config/config.ts';
import type { Fault } from '../faults.ts';
import { findOrganization, findRoute } from '../routes.ts';
import { ECR } from './built-in.ts';

/** It is fine, but there is nothing to do about it. */
interface Ignored {
  readonly type: 'ignored';
  readonly reason: string;
}

/** It can't be read. */
interface Unreadable {
  readonly type: 'unreadable';
  readonly faults: readonly Fault[];
}

/** It names repositories of SWR itself. */
interface Requested {
  readonly type: 'request';
  readonly request: CleanupRequest;
}

/** The sender wants to know whether this service takes its messages: the address has to be called once. */
interface Subscription {
  readonly type: 'subscription';
  readonly confirmUrl: string;
}

/** A repository of the source is gone, under its full name there; routes know which one of SWR it is. */
interface Deleted {
  readonly type: 'deleted';
  readonly repository: string;
  readonly id: string;
  readonly occurredAt: string;
  /** The event may also mean something less: the source has to be asked before it is acted on. */
  readonly ambiguous?: boolean;
}

/** An organization of the source is gone, and every repository in it. */
interface OrganizationDeleted {
  readonly type: 'organization-deleted';
  readonly organization: string;
  readonly id: string;
  readonly occurredAt: string;
}

/** What an event turns out to mean for this service. */
export type Meaning = Ignored | Unreadable | Requested | Subscription | Deleted | OrganizationDeleted;

/** A meaning, once the routes have been asked. */
export type Resolved = Ignored | Unreadable | Requested | Subscription;

type Known = Pick<Config, 'routes' | 'sources' | 'events'>;

/**
 * Turns what an event means into cleanup requests, one for each destination, or into the reason why there are none.
 *
 * @param source the name under which routes know the sender.
 */
export function resolveMeaning(meaning: Meaning, source: string, config: Known): readonly Resolved[] {
  if (meaning.type === 'deleted') return resolveDeletion(meaning, source, config);
  if (meaning.type !== 'organization-deleted') return [meaning];
  const { organization, id, occurredAt } = meaning;
  const found = findOrganization(config.routes, source, organization);
  if (!found.matched) return [{ type: 'ignored', reason: found.reason }];
  return [{ type: 'request', request: { version: 1, id, source, occurredAt, ...found.destination } }];
}

function resolveDeletion(
  { repository, id, occurredAt, ambiguous = false }: Deleted,
  source: string,
  { routes, sources, events }: Known,
): readonly Resolved[] {
  const routing = findRoute(routes, source, repository);
  if (!routing.matched) return [{ type: 'ignored', reason: routing.reason }];
  const { api, confirm = source === ECR && events.confirmEcr } = sources[source] ?? {};
  if (ambiguous && api === undefined) {
    const reason = `the event may mean less than ${repository} as a whole: configure sources.${source}.api to have it asked`;
    return [{ type: 'ignored', reason }];
  }
  const asked = ambiguous || confirm ? { sourceRepository: repository } : {};
  return routing.destinations.map((destination) => ({
    type: 'request',
    request: { version: 1, id, source, occurredAt, ...destination, ...asked },
  }));
}

/** What several meanings come to together. */
export interface Sorted {
  readonly ignored: readonly string[];
  readonly faults: readonly Fault[];
  readonly requests: readonly CleanupRequest[];
  /** The addresses that confirm subscriptions. */
  readonly confirmUrls: readonly string[];
}

export function sortResolved(resolved: readonly Resolved[]): Sorted {
  return {
    ignored: resolved.flatMap((each) => (each.type === 'ignored' ? [each.reason] : [])),
    faults: resolved.flatMap((each) => (each.type === 'unreadable' ? each.faults : [])),
    requests: resolved.flatMap((each) => (each.type === 'request' ? [each.request] : [])),
    confirmUrls: resolved.flatMap((each) => (each.type === 'subscription' ? [each.confirmUrl] : [])),
  };
}
