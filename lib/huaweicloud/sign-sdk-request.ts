import { createHash, createHmac } from 'node:crypto';
import type { HttpRequest } from '../http/http-request.ts';
import type { AccessKey } from './credentials.ts';

/** Request without authorization. Its headers have lower-case names. */
export type UnsignedRequest = Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'>;

const ALGORITHM = 'SDK-HMAC-SHA256';

interface SignedRequest {
  /** All that are to be sent. */
  readonly headers: Readonly<Record<string, string>>;
  /** Secret: with it the request can be sent again. */
  readonly signature: string;
}

/** Signs a request, its body and all of its headers. Source: Huawei Cloud, "API Request Signing Guide". */
export function signSdkRequest(
  { method, url, headers, body = '' }: UnsignedRequest,
  { ak, sk, securityToken, projectId }: AccessKey,
  now: Date,
): SignedRequest {
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const signed = Object.entries({
    ...headers,
    host: url.host,
    'x-sdk-date': time,
    ...(projectId !== undefined && { 'x-project-id': projectId }),
    ...(securityToken !== undefined && { 'x-security-token': securityToken }),
  }).toSorted(byName);
  const names = signed.map(([name]) => name).join(';');
  const canonical = [
    method,
    canonicalPath(url),
    [...url.searchParams].toSorted(byName).map(joinPair).join('&'),
    ...signed.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    sha256(body),
  ].join('\n');
  const signature = createHmac('sha256', sk)
    .update([ALGORITHM, time, sha256(canonical)].join('\n'))
    .digest('hex');
  const authorization = `${ALGORITHM} Access=${ak}, SignedHeaders=${names}, Signature=${signature}`;
  return { headers: { ...Object.fromEntries(signed), authorization }, signature };
}

/** Ends in a slash, whatever is sent; a raw `$` is sent as it is and signed as `%24`. */
function canonicalPath({ pathname }: URL): string {
  const path = pathname
    .split('/')
    .map((segment) => encode(decodeURIComponent(segment)))
    .join('/');
  return path.endsWith('/') ? path : `${path}/`;
}

type Pair = readonly [name: string, value: string];

/** By code unit, values of the same name too. */
function byName(one: Pair, other: Pair): number {
  const [name, value] = one[0] === other[0] ? [one[1], other[1]] : [one[0], other[0]];
  return name < value ? -1 : 1;
}

function joinPair([name, value]: Pair): string {
  return `${encode(name)}=${encode(value)}`;
}

/** Characters to encode: all but ASCII letters, digits and `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
