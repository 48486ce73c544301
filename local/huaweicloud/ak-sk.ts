import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { authenticationError } from './answer.ts';
import { type Call, SIGNING_ALGORITHM, splitTarget } from './call.ts';
import type { Identities, User } from './identities.ts';

const AUTHORIZATION = /^SDK-HMAC-SHA256 Access=([^,\s]+), SignedHeaders=([^,\s]+), Signature=([0-9a-f]{64})$/;
const DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const TOLERANCE_MS = 15 * 60_000;

/** The user whose access key signed the call; throws if the signature doesn't fit these bytes. */
export function verifySignature(call: Call, identities: Identities, now: number): User {
  const [, ak = '', names = '', signature = ''] = AUTHORIZATION.exec(call.headers.authorization ?? '') ?? [];
  const user = identities.findUserByAccessKey(ak);
  if (user !== undefined && now < user.accessKeyLockedUntil)
    throw authenticationError('AK access failed to reach the limit,forbidden.');
  if (user?.accessKey === undefined || (user.status ?? 'enabled') !== 'enabled') {
    throw authenticationError('the access key is unknown or not in use');
  }
  const date = readHeader(call.headers, 'x-sdk-date');
  if (!isClose(date, now)) throw authenticationError('X-Sdk-Date is more than 15 minutes away');
  const signed = names.split(';');
  if (!signed.includes('host') || !signed.includes('x-sdk-date'))
    throw authenticationError('host or X-Sdk-Date is not signed');
  const text = [SIGNING_ALGORITHM, date, sha256(canonicalizeRequest(call, signed))].join('\n');
  const expected = createHmac('sha256', user.accessKey.sk).update(text).digest('hex');
  if (signature !== expected) {
    // Only a wrong signature counts toward the lock.
    identities.countSignatureFailure(user);
    throw authenticationError('verify aksk signature fail');
  }
  user.signatureFailures = 0;
  return user;
}

function isClose(date: string, now: number): boolean {
  const iso = date.replace(DATE, '$1-$2-$3T$4:$5:$6Z');
  return DATE.test(date) && Math.abs(Date.parse(iso) - now) <= TOLERANCE_MS;
}

/** The canonical request of the bytes that have arrived. */
function canonicalizeRequest(call: Call, signed: string[]): string {
  const { path, search } = splitTarget(call.path);
  const names = signed.toSorted();
  return [
    call.method,
    canonicalizePath(path),
    canonicalizeQuery(search),
    ...names.map((name) => `${name}:${readHeader(call.headers, name)}`),
    '',
    names.join(';'),
    hashPayload(call),
  ].join('\n');
}

/** Every segment is decoded and encoded anew, so `$` and `%24` are the same; the end is always a slash. */
function canonicalizePath(path: string): string {
  const canonical = path
    .split('/')
    .map((segment) => encode(decode(segment)))
    .join('/');
  return canonical.endsWith('/') ? canonical : `${canonical}/`;
}

function canonicalizeQuery(search: string): string {
  return search
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return { name: encode(decode(name)), value: encode(decode(value.join('='))) };
    })
    .toSorted((a, b) => compare(a.name, b.name) || compare(a.value, b.value))
    .map(({ name, value }) => `${name}=${value}`)
    .join('&');
}

/** By code unit, not by language. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A client may state the hash in a header, and leaves the body unsigned where it is not JSON. */
function hashPayload({ headers, body }: Call): string {
  const actual = sha256(body);
  const stated = readHeader(headers, 'x-sdk-content-sha256');
  if (stated === '' || stated === actual) return actual;
  if (stated === 'UNSIGNED-PAYLOAD') return stated;
  throw authenticationError('X-Sdk-Content-Sha256 is not the hash of the body');
}

function readHeader(headers: IncomingHttpHeaders, name: string): string {
  return String(headers[name] ?? '').trim();
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
