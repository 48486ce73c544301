import type { CleanupRequest } from '../cleanup/request.ts';
import type { Issue } from '../issues.ts';
import { MAX_REQUESTS } from '../limits.ts';
import type { SourceConfig } from '../sources/index.ts';
import { ECR } from '../sources/source.ts';
import type { SourceEvent } from '../sources/source-event.ts';
import { findOrganization, findRoute, type Route } from './route.ts';

/** Parts of the configuration that lead source events to repositories of SWR. */
export interface Routes {
  readonly routes: readonly Route[];
  readonly sources: Readonly<Record<string, SourceConfig>>;
  readonly events: {
    /** Check Amazon ECR before acting on its events. */
    readonly confirmEcr: boolean;
  };
}

/** Fields that every request of an event gets. */
export interface EventOrigin {
  /** Sender's name in routes. */
  readonly source: string;
  readonly id: string;
}

/** Cleanup requests of one delivery, and the reasons why other events of it led to none. */
export interface Resolution {
  readonly requests: readonly CleanupRequest[];
  readonly ignored: readonly string[];
  readonly issues: readonly Issue[];
  /** Addresses that confirm subscriptions. */
  readonly confirmUrls: readonly string[];
  /** Reasons why an event can neither be acted on nor ignored. */
  readonly undecided: readonly string[];
}

/**
 * Resolves the events of one delivery into cleanup requests, one for each destination.
 *
 * More than 100 requests are an issue, and none of them is made.
 */
export function resolveEvents(
  events: readonly SourceEvent[],
  origin: EventOrigin,
  config: Routes,
): Resolution {
  const resolved = events.map((event) => resolveEvent(event, origin, config));
  const requests = resolved.flatMap((each) => each.requests ?? []);
  const expected = `at most ${MAX_REQUESTS} cleanup requests of one delivery`;
  const excess = requests.length <= MAX_REQUESTS ? [] : [{ path: '', found: `${requests.length}`, expected }];
  return {
    requests: excess.length === 0 ? requests : [],
    ignored: resolved.flatMap((each) => each.ignored ?? []),
    issues: [...resolved.flatMap((each) => each.issues ?? []), ...excess],
    confirmUrls: resolved.flatMap((each) => each.confirmUrls ?? []),
    undecided: resolved.flatMap((each) => each.undecided ?? []),
  };
}

function resolveEvent(event: SourceEvent, origin: EventOrigin, config: Routes): Partial<Resolution> {
  const { type } = event;
  if (type === 'ignored') return { ignored: [event.reason] };
  if (type === 'unreadable') return { issues: event.issues };
  if (type === 'request') return { requests: [event.request] };
  if (type === 'subscription') return { confirmUrls: [event.confirmUrl] };
  if (type === 'deleted') return resolveRepository(event, origin, config);
  return resolveOrganization(event, origin, config);
}

function resolveOrganization(
  { organization, occurredAt, unclear }: Extract<SourceEvent, { type: 'organization-deleted' }>,
  origin: EventOrigin,
  { routes, sources }: Routes,
): Partial<Resolution> {
  const { source } = origin;
  const found = findOrganization(routes, source, organization);
  if (!found.matched) return { ignored: [found.reason] };
  const hasApi = sources[source]?.api !== undefined;
  if (unclear !== undefined && !hasApi) return { undecided: [needsApi(unclear, source)] };
  const check = hasApi ? { sourceOrganization: organization } : {};
  return { requests: [{ version: 1, ...origin, occurredAt, ...found.destination, ...check }] };
}

function resolveRepository(
  {
    repository,
    occurredAt,
    deliveryId,
    ambiguous = false,
    unclear,
  }: Extract<SourceEvent, { type: 'deleted' }>,
  origin: EventOrigin,
  { routes, sources, events }: Routes,
): Partial<Resolution> {
  const { source } = origin;
  const routing = findRoute(routes, source, repository);
  if (!routing.matched) return { ignored: [routing.reason] };
  const { api, confirm = source === ECR && events.confirmEcr } = sources[source] ?? {};
  if (unclear !== undefined && api === undefined) return { undecided: [needsApi(unclear, source)] };
  if (ambiguous && api === undefined) {
    const reason = `the event may concern less than the whole repository ${repository}: configure sources.${source}.api to check it`;
    return { ignored: [reason] };
  }
  const { destinations, shared } = routing;
  const fields = {
    ...(deliveryId !== undefined && { deliveryId }),
    ...((ambiguous || unclear !== undefined || confirm || shared) && { sourceRepository: repository }),
    ...(shared && { checkAllSources: shared }),
  };
  return {
    requests: destinations.map((destination) => ({
      version: 1,
      ...origin,
      occurredAt,
      ...destination,
      ...fields,
    })),
  };
}

function needsApi(unclear: string, source: string): string {
  return `${unclear}: configure sources.${source}.api to check the source, or update this service`;
}
