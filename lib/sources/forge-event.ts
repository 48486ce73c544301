import * as v from 'valibot';
import { show, toIssues } from '../issues.ts';
import { OWNER_AND_NAME } from './find-repository.ts';
import type { SourceEvent } from './source-event.ts';

/** At most so many unknown keys are named. */
const NAMED_KEYS = 5;

/**
 * How a forge tells the deletion of a repository from its other events. It signs the body and no header, so the name of the
 * event in a header decides nothing: the top-level keys of the body do.
 */
export interface ForgeEvents {
  /** Keys that the deletion of a repository has. */
  readonly repositoryKeys: ReadonlySet<string>;
  /** Keys that the deletion of an organization has, and the one without which it can't be told from others. */
  readonly organization?: { readonly keys: ReadonlySet<string>; readonly telling: string };
  /** Keys that other events have for what they are about. */
  readonly otherSubjects: ReadonlySet<string>;
  /** The body has the same keys for a new repository, so nothing but the source itself tells whether it is deleted. */
  readonly withoutAction?: true;
}

const deletionSchema = v.object({
  repository: v.object({ full_name: v.pipe(v.string(), v.regex(OWNER_AND_NAME, 'OWNER/NAME')) }),
});
const organizationSchema = v.object({
  organization: v.object({
    login: v.pipe(v.string(), v.regex(/^[^/\s]{1,100}$/, 'the name of an organization')),
  }),
});

/** SourceEvent of a forge's event, from its body alone. Forges tell no time of a deletion: that of arrival counts. */
export function interpretForgeEvent(forge: ForgeEvents, body: unknown, receivedAt: string): SourceEvent {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { type: 'unreadable', issues: [{ path: '', found: show(body), expected: 'a JSON object' }] };
  }
  const other = forge.withoutAction ? undefined : interpretOtherAction(body);
  if (other !== undefined) return other;
  const keys = Object.keys(body);
  const subject = keys.find((key) => forge.otherSubjects.has(key));
  if (subject !== undefined) return ignored(`an event about ${subject} is not a repository deletion`);
  if (keys.includes('repository')) return interpretRepository(forge, body, receivedAt);
  if (forge.organization !== undefined && keys.includes('organization')) {
    return interpretOrganization(forge.organization, body, receivedAt);
  }
  const unknown = explainUnknown(keys, forge.repositoryKeys);
  return unknown === undefined
    ? ignored('the event names no repository')
    : { type: 'unreadable', issues: [{ path: 'repository', found: 'nothing', expected: 'a repository' }] };
}

function interpretOtherAction(body: object): SourceEvent | undefined {
  if (!('action' in body)) return ignored('an event without an action is not a repository deletion');
  const { action } = body;
  if (action === 'deleted') return undefined;
  return typeof action === 'string'
    ? ignored(`action ${action} is not a repository deletion`)
    : { type: 'unreadable', issues: [{ path: 'action', found: show(action), expected: 'string' }] };
}

function interpretRepository(
  { repositoryKeys, withoutAction }: ForgeEvents,
  body: object,
  occurredAt: string,
): SourceEvent {
  const parsed = v.safeParse(deletionSchema, body);
  if (!parsed.success) return { type: 'unreadable', issues: toIssues(parsed.issues) };
  const unclear = explainUnknown(Object.keys(body), repositoryKeys);
  return {
    type: 'deleted',
    repository: parsed.output.repository.full_name,
    occurredAt,
    ...(withoutAction && { ambiguous: true }),
    ...(unclear !== undefined && { unclear }),
  };
}

function interpretOrganization(
  { keys, telling }: NonNullable<ForgeEvents['organization']>,
  body: object,
  occurredAt: string,
): SourceEvent {
  const parsed = v.safeParse(organizationSchema, body);
  if (!parsed.success) return { type: 'unreadable', issues: toIssues(parsed.issues) };
  const missing = Object.hasOwn(body, telling) ? undefined : `no key ${show(telling)}`;
  const unclear = explainUnknown(Object.keys(body), keys) ?? missing;
  return {
    type: 'organization-deleted',
    organization: parsed.output.organization.login,
    occurredAt,
    ...(unclear !== undefined && { unclear }),
  };
}

function ignored(reason: string): SourceEvent {
  return { type: 'ignored', reason };
}

/** Names the keys that are not known; undefined if all of them are. */
function explainUnknown(keys: readonly string[], known: ReadonlySet<string>): string | undefined {
  const unknown = keys.filter((key) => !known.has(key));
  if (unknown.length === 0) return undefined;
  const named = unknown.slice(0, NAMED_KEYS).map(show).join(', ');
  return `unknown ${unknown.length === 1 ? 'key' : 'keys'} ${named}${unknown.length > NAMED_KEYS ? ', …' : ''}`;
}
