import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { readJson } from '../json.ts';

const text = v.pipe(v.string(), v.nonEmpty());
/** Goes into a header, or belongs to what does: a space or a line break in it was pasted by mistake. */
const word = v.pipe(v.string(), v.regex(/^[!-~]+$/));

const passwordSchema = v.object({ domain: text, user: text, password: text });
const agencySchema = v.object({ ...passwordSchema.entries, agencyDomain: text, agency: text });
const accessKeySchema = v.object({
  ak: word,
  sk: word,
  securityToken: v.optional(word),
  projectId: v.optional(word),
});

/** An IAM user of a Huawei Cloud account (the account is what IAM calls a domain). */
type PasswordLogin = { readonly kind: 'password' } & v.InferOutput<typeof passwordSchema>;
/** An IAM user who acts as an agency: as what another account lets it do there. */
type AgencyLogin = { readonly kind: 'agency' } & v.InferOutput<typeof agencySchema>;
/** Credentials for a token. */
export type Login = PasswordLogin | AgencyLogin;
/** Access key that signs requests; a temporary one has a security token. */
export type AccessKey = { readonly kind: 'access-key' } & v.InferOutput<typeof accessKeySchema>;
export type Credentials = AccessKey | Login;

const EXPECTED =
  'expected JSON with ak and sk (securityToken and projectId where needed; no spaces in them), or with domain, user and ' +
  'password (agencyDomain and agency where needed), all of them non-empty strings';
const KNOWN = { ...agencySchema.entries, ...accessKeySchema.entries };

/**
 * Reads a stored secret, whose keys say of which kind it is.
 *
 * @throws {Error} whose message names what is missing or too much, and shows nothing of the secret.
 */
export function parseCredentials(secret: string): Credentials {
  const json = readJson(secret);
  if (json === undefined) throw new Error(`${EXPECTED}; found something that is not JSON`);
  const keys = typeof json === 'object' && json !== null ? Object.keys(json) : [];
  const hasOneOf = (...names: string[]) => names.some((name) => keys.includes(name));
  if (hasOneOf('ak', 'sk')) return { kind: 'access-key', ...check(accessKeySchema, json, keys) };
  if (hasOneOf('agency', 'agencyDomain')) return { kind: 'agency', ...check(agencySchema, json, keys) };
  return { kind: 'password', ...check(passwordSchema, json, keys) };
}

function check<T extends v.ObjectSchema<v.ObjectEntries, undefined>>(
  schema: T,
  json: unknown,
  keys: readonly string[],
): v.InferOutput<T> {
  const { success, output, issues = [] } = v.safeParse(schema, json);
  const wrong = issues.map((issue) => v.getDotPath(issue) ?? '(root)');
  // A name that isn't known may be a value that stands in the wrong place.
  const extra = keys
    .filter((key) => !Object.hasOwn(schema.entries, key))
    .map((key) => (Object.hasOwn(KNOWN, key) ? key : 'a key that is not known'));
  if (success && extra.length === 0) return output;
  throw new Error(
    [
      EXPECTED,
      wrong.length > 0 && `missing or wrong: ${wrong.join(', ')}`,
      extra.length > 0 && `not expected beside the others: ${extra.join(', ')}`,
    ]
      .filter((part) => part !== false)
      .join('; '),
  );
}

/**
 * Fingerprint of credentials. Credentials that are rejected together have the same one: a user for all of its agencies, and
 * an access key in all projects.
 */
export function fingerprintOf(credentials: Credentials): string {
  const parts =
    credentials.kind === 'access-key'
      ? [credentials.ak, credentials.sk, credentials.securityToken]
      : [credentials.domain, credentials.user, credentials.password];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}
