import type { CleanupRequest } from '../cleanup/request.ts';
import type { Config } from '../config/config.ts';
import type { Fault } from '../issues.ts';
import { MAX_EVENTS, MAX_REQUESTS } from '../limits.ts';
import { findOrganization, findRoute } from '../routing/route.ts';
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

/**
 * Why an event can't be told from others. Unlike one that is ambiguous by its kind it is never ignored: its sender has changed
 * it, so that every later deletion is unclear too.
 */
type Unclear = string;

/** An unclear event whose source can't be asked. */
interface Undecided {
  readonly type: 'undecided';
  readonly reason: string;
}

/** A repository of the source is gone, under its full name there; routes know which one of SWR it is. */
interface Deleted {
  readonly type: 'deleted';
  readonly repository: string;
  readonly occurredAt: string;
  /** The sender's own id of the event, where the event says one: a label. */
  readonly deliveryId?: string;
  /** The event may also mean something less: the source has to be asked before it is acted on. */
  readonly ambiguous?: boolean;
  readonly unclear?: Unclear;
}

/** An organization of the source is gone, and every repository in it. */
interface OrganizationDeleted {
  readonly type: 'organization-deleted';
  readonly organization: string;
  readonly occurredAt: string;
  readonly unclear?: Unclear;
}

/** What an event turns out to mean for this service. */
export type Meaning = Ignored | Unreadable | Requested | Subscription | Deleted | OrganizationDeleted;

/** A meaning, once the routes have been asked. */
export type Resolved = Ignored | Unreadable | Requested | Subscription | Undecided;

/** What each event of a delivery means, unless it holds more than it may. */
export function interpretEach(
  events: readonly unknown[],
  path: string,
  interpret: (event: unknown, path: string) => Meaning,
): Meaning | readonly Meaning[] {
  if (events.length <= MAX_EVENTS) return events.map((event, index) => interpret(event, `${path}[${index}]`));
  const expected = `at most ${MAX_EVENTS} events in one delivery`;
  return { type: 'unreadable', faults: [{ path, found: `${events.length} events`, expected }] };
}

type Known = Pick<Config, 'routes' | 'sources' | 'events'>;

/** Where an event comes from. */
export interface Origin {
  /** The name under which routes know the sender. */
  readonly source: string;
  /** Of the requests that routes make of the event. */
  readonly id: string;
}

/** Turns what an event means into cleanup requests, one for each destination, or into the reason why there are none. */
export function resolveMeaning(meaning: Meaning, origin: Origin, config: Known): readonly Resolved[] {
  if (meaning.type === 'deleted') return resolveDeletion(meaning, origin, config);
  if (meaning.type !== 'organization-deleted') return [meaning];
  const { organization, occurredAt, unclear } = meaning;
  const { source } = origin;
  const found = findOrganization(config.routes, source, organization);
  if (!found.matched) return [{ type: 'ignored', reason: found.reason }];
  const isAsked = config.sources[source]?.api !== undefined;
  if (unclear !== undefined && !isAsked) return [undecided(unclear, source)];
  const asked = isAsked ? { sourceOrganization: organization } : {};
  return [
    { type: 'request', request: { version: 1, ...origin, occurredAt, ...found.destination, ...asked } },
  ];
}

function resolveDeletion(
  { repository, occurredAt, deliveryId, ambiguous = false, unclear }: Deleted,
  origin: Origin,
  { routes, sources, events }: Known,
): readonly Resolved[] {
  const { source } = origin;
  const routing = findRoute(routes, source, repository);
  if (!routing.matched) return [{ type: 'ignored', reason: routing.reason }];
  const { api, confirm = source === ECR && events.confirmEcr } = sources[source] ?? {};
  if (unclear !== undefined && api === undefined) return [undecided(unclear, source)];
  if (ambiguous && api === undefined) {
    const reason = `the event may mean less than ${repository} as a whole: configure sources.${source}.api to have it asked`;
    return [{ type: 'ignored', reason }];
  }
  const label = deliveryId === undefined ? {} : { deliveryId };
  const { destinations, shared } = routing;
  const asked = {
    ...((ambiguous || unclear !== undefined || confirm || shared) && { sourceRepository: repository }),
    ...(shared && { checkAllSources: shared }),
  };
  return destinations.map((destination) => ({
    type: 'request',
    request: { version: 1, ...origin, occurredAt, ...label, ...destination, ...asked },
  }));
}

function undecided(unclear: Unclear, source: string): Undecided {
  const reason = `${unclear}: configure sources.${source}.api to have the source asked, or update this service`;
  return { type: 'undecided', reason };
}

/** What several meanings come to together. */
export interface Sorted {
  readonly ignored: readonly string[];
  readonly faults: readonly Fault[];
  readonly requests: readonly CleanupRequest[];
  /** The addresses that confirm subscriptions. */
  readonly confirmUrls: readonly string[];
  /** Why an event could neither be acted on nor ignored. */
  readonly undecided: readonly string[];
}

/** Too many requests are a fault: none of them is begun. */
export function sortResolved(resolved: readonly Resolved[]): Sorted {
  const faults = resolved.flatMap((each) => (each.type === 'unreadable' ? each.faults : []));
  const requests = resolved.flatMap((each) => (each.type === 'request' ? [each.request] : []));
  const expected = `at most ${MAX_REQUESTS} cleanup requests of one delivery`;
  const excess = requests.length <= MAX_REQUESTS ? [] : [{ path: '', found: `${requests.length}`, expected }];
  return {
    ignored: resolved.flatMap((each) => (each.type === 'ignored' ? [each.reason] : [])),
    faults: [...faults, ...excess],
    requests: excess.length === 0 ? requests : [],
    confirmUrls: resolved.flatMap((each) => (each.type === 'subscription' ? [each.confirmUrl] : [])),
    undecided: resolved.flatMap((each) => (each.type === 'undecided' ? [each.reason] : [])),
  };
}
