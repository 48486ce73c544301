import * as v from 'valibot';
import { show } from '../issues.ts';
import { OWNER_AND_NAME } from './check-forge.ts';
import { fitsHmac, parseSharedSecret, verified } from './shared-secret.ts';
import type { Delivery, Source, Verification } from './source.ts';
import { ignored, interpretAs, type SourceEvent, unreadable } from './source-event.ts';

const HEX_DIGEST = /^[0-9a-f]{64}$/i;

/** Maximum number of unknown keys in a message. */
const NAMED_KEYS = 5;

/**
 * Forge whose webhooks are signed with HMAC-SHA256. It signs the body and no header, so the top-level keys of the body
 * identify the event, and not its name in a header.
 */
interface Forge extends Pick<Source, 'deliveryIdHeaders' | 'needsApi'> {
  /** Headers with the signature in hexadecimal digits; the first one present counts, else the last. */
  readonly signatureHeaders: readonly [string, ...string[]];
  /** Text before the digits. */
  readonly prefix: '' | 'sha256=';
  /** Keys of the deletion of a repository. */
  readonly repositoryKeys: ReadonlySet<string>;
  /** Keys of the deletion of an organization, and the one that other events don't have. */
  readonly organization?: { readonly keys: ReadonlySet<string>; readonly required: string };
  /** Keys of the subjects of other events. */
  readonly otherSubjects: ReadonlySet<string>;
  /** Set if the body of a new repository has the same keys, so that only the source's API can tell the two apart. */
  readonly withoutAction?: true;
}

/** Creates the source of a forge. Forges send no time of a deletion, so the time of arrival counts. */
export function createForge(forge: Forge) {
  return {
    ...forge,
    routed: true,
    verifiedBy: 'secret',
    parseSecret: parseSharedSecret,
    verify: (delivery, keys) => verifyHexSignature(delivery, keys, forge),
    interpret: (body, _signed, receivedAt) => interpret(forge, body, receivedAt),
  } satisfies Source;
}

function verifyHexSignature(
  { headers, rawBody }: Delivery,
  keys: readonly Buffer[],
  { signatureHeaders, prefix }: Forge,
): Verification {
  const valueOf = (name: string) => headers[name.toLowerCase()];
  const name = signatureHeaders.find((each) => valueOf(each) !== undefined) ?? signatureHeaders.at(-1);
  const header = valueOf(name ?? '');
  if (header === undefined) return { verified: false, reason: `no ${name} header`, stale: true };
  const hex = header.slice(prefix.length);
  if (!(header.startsWith(prefix) && HEX_DIGEST.test(hex))) {
    const form = prefix === '' ? '64 hex digits' : `${prefix} and 64 hex digits`;
    return { verified: false, reason: `${name} is not ${form}`, stale: true };
  }
  return fitsHmac([Buffer.from(hex, 'hex')], [rawBody], keys)
    ? verified([rawBody])
    : { verified: false, reason: `${name} fits none of the stored secrets` };
}

const deletionSchema = v.object({
  repository: v.object({ full_name: v.pipe(v.string(), v.regex(OWNER_AND_NAME, 'OWNER/NAME')) }),
});
const deletedOrganizationSchema = v.object({
  organization: v.object({
    login: v.pipe(v.string(), v.regex(/^[^/\s]{1,100}$/, 'the name of an organization')),
  }),
});

function interpret(forge: Forge, body: unknown, receivedAt: string): SourceEvent {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return unreadable({ path: '', found: show(body), expected: 'a JSON object' });
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
    : unreadable({ path: 'repository', found: 'nothing', expected: 'a repository' });
}

function interpretOtherAction(body: object): SourceEvent | undefined {
  if (!('action' in body)) return ignored('an event without an action is not a repository deletion');
  const { action } = body;
  if (action === 'deleted') return undefined;
  return typeof action === 'string'
    ? ignored(`action ${action} is not a repository deletion`)
    : unreadable({ path: 'action', found: show(action), expected: 'string' });
}

function interpretRepository(
  { repositoryKeys, withoutAction }: Forge,
  body: object,
  occurredAt: string,
): SourceEvent {
  return interpretAs(deletionSchema, body, '', ({ repository }) => {
    const unclear = explainUnknown(Object.keys(body), repositoryKeys);
    return {
      type: 'deleted',
      repository: repository.full_name,
      occurredAt,
      ...(withoutAction && { ambiguous: true }),
      ...(unclear !== undefined && { unclear }),
    };
  });
}

function interpretOrganization(
  { keys, required }: NonNullable<Forge['organization']>,
  body: object,
  occurredAt: string,
): SourceEvent {
  return interpretAs(deletedOrganizationSchema, body, '', ({ organization: { login: organization } }) => {
    const missing = Object.hasOwn(body, required) ? undefined : `no key ${show(required)}`;
    const unclear = explainUnknown(Object.keys(body), keys) ?? missing;
    const type = 'organization-deleted';
    return { type, organization, occurredAt, ...(unclear !== undefined && { unclear }) };
  });
}

/** Message about unknown keys; undefined if there are none. */
function explainUnknown(keys: readonly string[], known: ReadonlySet<string>): string | undefined {
  const unknown = keys.filter((key) => !known.has(key));
  if (unknown.length === 0) return undefined;
  const named = unknown.slice(0, NAMED_KEYS).map(show).join(', ');
  return `unknown ${unknown.length === 1 ? 'key' : 'keys'} ${named}${unknown.length > NAMED_KEYS ? ', …' : ''}`;
}
