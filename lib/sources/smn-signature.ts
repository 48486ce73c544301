import { verify, X509Certificate } from 'node:crypto';
import * as v from 'valibot';
import { timestampSchema } from '../cleanup/request.ts';
import { exchange } from '../http/exchange.ts';

/**
 * SMN's own hosts. The region has to look like one: `smn.obs.myhuaweicloud.com` would be a bucket that anybody may own.
 */
export const SMN_HOSTS = /^smn\.[a-z]{2}-[a-z]+-\d{1,3}\.myhuaweicloud\.(?:com|eu)$/;

const TIMEOUT_MS = 3000;
const MAX_CERTIFICATE_BYTES = 64 * 1024;
const CACHE_MS = 24 * 60 * 60 * 1000;
/** SMN has a certificate per region; the addresses come from strangers. */
const MAX_CACHED = 20;

const line = v.pipe(v.string(), v.regex(/^[^\r\n]+$/, 'a text of one line'));

const smnMessageSchema = v.object({
  type: v.picklist(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  signature: v.pipe(v.string(), v.minLength(1)),
  signature_version: v.pipe(v.string(), v.regex(/^v1$/i, '"v1"')),
  topic_urn: line,
  message_id: line,
  message: v.string(),
  timestamp: timestampSchema,
  signing_cert_url: line,
  subject: v.nullish(v.union([line, v.literal('')])),
  subscribe_url: v.nullish(line),
});

export type SmnMessage = v.InferOutput<typeof smnMessageSchema>;

export function parseSmnMessage(body: unknown): v.SafeParseResult<typeof smnMessageSchema> {
  return v.safeParse(smnMessageSchema, body);
}

/** The text that SMN signs. Source: SMN user guide, "Message Signature Verification". */
export function stringToSign(message: SmnMessage): string {
  const { type } = message;
  const signed = {
    message: message.message,
    message_id: message.message_id,
    ...(type === 'Notification' && message.subject && { subject: message.subject }),
    ...(type !== 'Notification' && message.subscribe_url && { subscribe_url: message.subscribe_url }),
    timestamp: message.timestamp,
    topic_urn: message.topic_urn,
    type,
  };
  return Object.entries(signed)
    .map(([key, value]) => `${key}\n${value}\n`)
    .join('');
}

/** The address, if it is one of these hosts' over https, at the usual port and without a user. */
export function pinnedUrl(address: string | null | undefined, hosts: RegExp): URL | undefined {
  const url = URL.parse(address ?? '');
  const pinned =
    url?.protocol === 'https:' &&
    url.port === '' &&
    url.username === '' &&
    url.password === '' &&
    hosts.test(url.hostname);
  return pinned ? url : undefined;
}

/** @returns the certificate as it was sent, or undefined if there is none at that address. */
export type FetchCertificate = (url: URL) => Promise<string | undefined>;

/** @throws {Error} if the host gives no definite answer. */
export async function fetchCertificate(url: URL): Promise<string | undefined> {
  const { status, body } = await exchange({
    method: 'GET',
    url,
    headers: {},
    timeoutMs: TIMEOUT_MS,
    maxBodyBytes: MAX_CERTIFICATE_BYTES,
  });
  if (status === 429 || status >= 500) throw new Error(`${url.host} answered ${status} for its certificate`);
  return status === 200 ? body : undefined;
}

/** The certificates that SMN signs with, by their addresses; each is kept for a day. */
export class CertificateKeeper {
  readonly #kept = new Map<string, { readonly certificate: X509Certificate; readonly untilMs: number }>();
  readonly #fetch: FetchCertificate;

  constructor(fetch: FetchCertificate) {
    this.#fetch = fetch;
  }

  /**
   * @param url which has been pinned.
   * @returns undefined if there is no certificate at that address.
   */
  async get(url: URL, nowMs: number): Promise<X509Certificate | undefined> {
    const kept = this.#kept.get(url.href);
    if (kept !== undefined && nowMs < kept.untilMs) return kept.certificate;
    const certificate = parseCertificate(await this.#fetch(url));
    if (certificate === undefined) return undefined;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size >= MAX_CACHED) this.#kept.delete(oldest);
    const untilMs = Math.min(nowMs + CACHE_MS, certificate.validToDate.getTime());
    this.#kept.set(url.href, { certificate, untilMs });
    return certificate;
  }
}

function parseCertificate(text: string | undefined): X509Certificate | undefined {
  try {
    return text === undefined ? undefined : new X509Certificate(text);
  } catch {
    return undefined;
  }
}

/** Says why the certificate doesn't prove the message; undefined where it does. */
export function faultOfSignature(
  message: SmnMessage,
  certificate: X509Certificate,
  nowMs: number,
): string | undefined {
  const { validFromDate, validToDate, publicKey, signatureAlgorithm } = certificate;
  if (nowMs < validFromDate.getTime() || nowMs > validToDate.getTime()) {
    return `the certificate is valid from ${validFromDate.toISOString()} to ${validToDate.toISOString()} only`;
  }
  // SMN signs with the algorithm that its certificate is signed with.
  const [, bits] = /^sha(256|384|512)WithRSAEncryption$/i.exec(signatureAlgorithm ?? '') ?? [];
  if (bits === undefined || publicKey.asymmetricKeyType !== 'rsa') {
    return 'the certificate is not one of RSA with SHA-2';
  }
  const signature = Buffer.from(message.signature, 'base64');
  return verify(`sha${bits}`, Buffer.from(stringToSign(message)), publicKey, signature)
    ? undefined
    : 'the signature does not fit the message';
}
