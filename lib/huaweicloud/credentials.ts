import { createHash } from 'node:crypto';
import * as v from 'valibot';

const nonEmpty = v.pipe(v.string(), v.nonEmpty());
const schema = v.object({ domain: nonEmpty, user: nonEmpty, password: nonEmpty });

/** An IAM user of a Huawei Cloud account (the account is what IAM calls a domain). */
export type Credentials = v.InferOutput<typeof schema>;

/**
 * Reads a stored secret.
 *
 * @throws {Error} whose message names what is missing, and shows nothing of the secret.
 */
export function parseCredentials(secret: string): Credentials {
  let json: unknown;
  try {
    json = JSON.parse(secret);
  } catch {
    throw new Error('expected JSON with domain, user and password, found something that is not JSON');
  }
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const faults = result.issues.map((issue) => v.getDotPath(issue) ?? 'the whole').join(', ');
  throw new Error(
    `expected JSON with domain, user and password as non-empty strings; missing or wrong: ${faults}`,
  );
}

/** Tells one set of credentials from another without keeping it. */
export function fingerprintOf({ domain, user, password }: Credentials): string {
  return createHash('sha256')
    .update(JSON.stringify([domain, user, password]))
    .digest('base64');
}
