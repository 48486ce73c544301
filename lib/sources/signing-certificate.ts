import { X509Certificate } from 'node:crypto';
import { exchange } from '../http/exchange.ts';

const TIMEOUT_MS = 3000;
const MAX_CERTIFICATE_BYTES = 64 * 1024;
const CACHE_MS = 24 * 60 * 60 * 1000;
/** A sender has a certificate per region; the addresses come from strangers. */
const MAX_CACHED = 20;

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

/** The certificates that messages are signed with, by their addresses; each is kept for a day. */
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

/** Says why a certificate does not count now; undefined where it does. */
export function faultOfValidity(
  { validFromDate, validToDate }: X509Certificate,
  nowMs: number,
): string | undefined {
  if (nowMs >= validFromDate.getTime() && nowMs <= validToDate.getTime()) return undefined;
  return `the certificate is valid from ${validFromDate.toISOString()} to ${validToDate.toISOString()} only`;
}
