import { createHash, createHmac } from 'node:crypto';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Empty or missing without one. */
  readonly sessionToken?: string | undefined;
}

export interface SignableRequest {
  readonly service: string;
  readonly region: string;
  /** POST if missing. */
  readonly method?: string;
  /** The query's names and values are encoded as `encodeURIComponent` does, and in order. */
  readonly url: URL;
  /** Headers to sign, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * Signs a request with Signature Version 4. Source: AWS, "Create a signed AWS API request".
 *
 * @returns the headers to send.
 */
export function signRequest(
  { service, region, method = 'POST', url, headers, body }: SignableRequest,
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
  now: Date = new Date(),
): Record<string, string> {
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const date = time.slice(0, 8);
  const signed = Object.entries({
    ...headers,
    host: url.host,
    'x-amz-date': time,
    ...(sessionToken && { 'x-amz-security-token': sessionToken }),
  }).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const names = signed.map(([name]) => name).join(';');
  const lines = signed.map(([name, value]) => `${name}:${value}\n`).join('');
  const canonical = [method, url.pathname, url.search.slice(1), lines, names, sha256(body)].join('\n');
  const scope = [date, region, service, 'aws4_request'];
  const toSign = [ALGORITHM, time, scope.join('/'), sha256(canonical)].join('\n');
  const key = scope.reduce((left: string | Buffer, part) => hmac(left, part), `AWS4${secretAccessKey}`);
  const signature = hmac(key, toSign).toString('hex');
  const authorization = `${ALGORITHM} Credential=${accessKeyId}/${scope.join('/')}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...Object.fromEntries(signed), authorization };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
