import * as v from 'valibot';
import type { CleanupRequest } from '../cleanup/request.ts';
import { type Issue, type Parsed, toIssues } from '../issues.ts';
import { MAX_EVENTS } from '../limits.ts';

/** Event that requires no cleanup. */
interface Ignored {
  readonly type: 'ignored';
  readonly reason: string;
}

/** Event of an unexpected shape. */
interface Unreadable {
  readonly type: 'unreadable';
  readonly issues: readonly Issue[];
}

/** Event that names repositories of SWR itself. */
interface Requested {
  readonly type: 'request';
  readonly request: CleanupRequest;
}

/** Request of the sender to confirm its subscription by calling an address once. */
interface Subscription {
  readonly type: 'subscription';
  readonly confirmUrl: string;
}

/**
 * Reason why the kind of an event is unclear. Such an event is never ignored, unlike one that is ambiguous by its kind: the
 * sender has changed its format, so every later deletion is unclear too.
 */
type Unclear = string;

/** Deletion of a repository of the source, by its full name there; routes lead it to a repository of SWR. */
interface Deleted {
  readonly type: 'deleted';
  readonly repository: string;
  readonly occurredAt: string;
  /** Label: the event's own id, if it has one. */
  readonly deliveryId?: string;
  /** The event may concern less than the whole repository: the source is checked first. */
  readonly ambiguous?: boolean;
  readonly unclear?: Unclear;
}

/** Deletion of an organization of the source, with every repository in it. */
interface OrganizationDeleted {
  readonly type: 'organization-deleted';
  readonly organization: string;
  readonly occurredAt: string;
  readonly unclear?: Unclear;
}

/** Content of one event of a source, in the terms of this service. */
export type SourceEvent = Ignored | Unreadable | Requested | Subscription | Deleted | OrganizationDeleted;

/** Event that requires no cleanup, for this reason. */
export function ignored(reason: string): SourceEvent {
  return { type: 'ignored', reason };
}

/** Event with these issues. */
export function unreadable(...issues: readonly Issue[]): SourceEvent {
  return { type: 'unreadable', issues };
}

/** Event of a parsed cleanup request. */
export function requested(parsed: Parsed<CleanupRequest>): SourceEvent {
  return parsed.ok ? { type: 'request', request: parsed.value } : unreadable(...parsed.issues);
}

/**
 * Interprets a value of a shape; of another shape, it is unreadable.
 *
 * @param path of the value in the delivery; the issues' paths begin with it.
 */
export function interpretAs<T, R extends SourceEvent | readonly SourceEvent[]>(
  schema: v.GenericSchema<unknown, T>,
  value: unknown,
  path: string,
  interpret: (parsed: T) => R,
): R | SourceEvent {
  const parsed = v.safeParse(schema, value);
  return parsed.success ? interpret(parsed.output) : unreadable(...toIssues(parsed.issues, path));
}

/** Interprets each event of a delivery; one issue instead if there are more than 100. */
export function interpretEach(
  events: readonly unknown[],
  path: string,
  interpret: (event: unknown, path: string) => SourceEvent,
): SourceEvent | readonly SourceEvent[] {
  if (events.length <= MAX_EVENTS) return events.map((event, index) => interpret(event, `${path}[${index}]`));
  const expected = `at most ${MAX_EVENTS} events in one delivery`;
  return unreadable({ path, found: `${events.length} events`, expected });
}
