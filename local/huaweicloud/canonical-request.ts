import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Call } from './call.ts';
import { refuseByGateway } from './errors.ts';
import { splitTarget } from './operations.ts';

/** What a signature is made of, from the bytes that have arrived. */
export function canonicalizeRequest(call: Call, signed: string[]): string {
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
  throw refuseSignature('X-Sdk-Content-Sha256 is not the hash of the body');
}

export function readHeader(headers: IncomingHttpHeaders, name: string): string {
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

export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

export function refuseSignature(reason: string): Error {
  return refuseByGateway(401, 'APIGW.0301', `Incorrect IAM authentication information: ${reason}`);
}
