import { X509Certificate } from 'node:crypto';
import { CERTIFICATE_UNAVAILABLE, ServiceError } from '../failure.ts';
import { httpRequest } from '../http/http-request.ts';

const TIMEOUT_MS = 3000;
const MAX_CERTIFICATE_BYTES = 64 * 1024;
const CACHE_MS = 24 * 60 * 60 * 1000;
/** Maximum number of certificates. A sender has one per region, and strangers can name addresses. */
const MAX_CACHED = 20;
/** Time for which a missing certificate stays cached. */
const MINUTE_MS = 60 * 1000;
/** Maximum number of fetches per minute, which strangers can cause. */
const MAX_FETCHES = 10;

/** Tells the hosts of a service from all others. */
export type Hosts = Pick<RegExp, 'test'>;

/** Address of one of these hosts over https, at the default port and without a user; else undefined. */
export function pinnedUrl(address: string | null | undefined, hosts: Hosts): URL | undefined {
  const url = URL.parse(address ?? '');
  const pinned =
    url?.protocol === 'https:' &&
    url.port === '' &&
    url.username === '' &&
    url.password === '' &&
    hosts.test(url.hostname);
  return pinned ? url : undefined;
}

/**
 * Address of a certificate in its plain form: https, one of these hosts, one of these paths, and nothing else. Other forms
 * of the same address are undefined, so one certificate has one address.
 */
export function certificateUrl(address: string, hosts: Hosts, paths: RegExp): URL | undefined {
  const url = pinnedUrl(address, hosts);
  const isPlain =
    url !== undefined && paths.test(url.pathname) && address === `https://${url.hostname}${url.pathname}`;
  return isPlain ? url : undefined;
}

/** Fetches a certificate as it was sent; undefined if there is none at that address. */
export type FetchCertificate = (url: URL) => Promise<string | undefined>;

/**
 * Fetches a certificate.
 *
 * @throws {Error} if the host gives no definite answer.
 */
export async function fetchCertificate(url: URL): Promise<string | undefined> {
  const { status, body } = await httpRequest({
    method: 'GET',
    url,
    headers: {},
    timeoutMs: TIMEOUT_MS,
    maxBodyBytes: MAX_CERTIFICATE_BYTES,
  });
  if (status === 429 || status >= 500) throw new Error(`${url.host} answered ${status} for its certificate`);
  return status === 200 ? body : undefined;
}

interface KeptCertificate {
  /** Undefined if there was none. */
  readonly certificate: X509Certificate | undefined;
  readonly untilMs: number;
}

/**
 * Signing certificates by their addresses, each kept for a day. Certificates that have verified a message are trusted: they
 * are kept apart, so that forged messages don't displace them, and stay in use while they can't be fetched again.
 */
export class CertificateKeeper {
  readonly #trusted = new Map<string, KeptCertificate>();
  readonly #others = new Map<string, KeptCertificate>();
  readonly #pending = new Map<string, Promise<KeptCertificate>>();
  readonly #fetch: FetchCertificate;
  #fetchedAt: number[] = [];

  constructor(fetch: FetchCertificate) {
    this.#fetch = fetch;
  }

  /**
   * Certificate at an address.
   *
   * @param url as `certificateUrl` gives it.
   * @returns undefined if there is no certificate at that address.
   * @throws {Error} if the host gives no definite answer; {ServiceError} `CERTIFICATE_UNAVAILABLE` if too many were
   *   fetched within a minute.
   */
  async get(url: URL, nowMs: number): Promise<X509Certificate | undefined> {
    const { href } = url;
    const kept = this.#trusted.get(href) ?? this.#others.get(href);
    if (kept !== undefined && nowMs < kept.untilMs) return kept.certificate;
    const pending =
      this.#pending.get(href) ?? this.#renew(url, nowMs).finally(() => this.#pending.delete(href));
    this.#pending.set(href, pending);
    return (await pending).certificate;
  }

  /**
   * Trusts the certificate at an address, after it has verified a message. Addresses aren't signed: a second address of a
   * trusted certificate displaces no other.
   */
  trust({ href }: URL): void {
    const kept = this.#others.get(href);
    const known = this.#trusted.values().map(({ certificate }) => certificate?.fingerprint256);
    if (kept === undefined || known.some((each) => each === kept.certificate?.fingerprint256)) return;
    this.#others.delete(href);
    keep(this.#trusted, href, kept);
  }

  async #renew(url: URL, nowMs: number): Promise<KeptCertificate> {
    const trusted = this.#trusted.get(url.href);
    const kept = await this.#fetchAnew(url, nowMs).catch((error: unknown) => {
      const endMs = endOf(trusted?.certificate);
      if (trusted === undefined || endMs <= nowMs) throw error;
      return { ...trusted, untilMs: Math.min(nowMs + MINUTE_MS, endMs) };
    });
    keep(trusted === undefined ? this.#others : this.#trusted, url.href, kept);
    return kept;
  }

  async #fetchAnew(url: URL, nowMs: number): Promise<KeptCertificate> {
    // One in the future is from before the clock was set back.
    this.#fetchedAt = this.#fetchedAt.filter((at) => Math.abs(nowMs - at) < MINUTE_MS);
    if (this.#fetchedAt.length >= MAX_FETCHES) {
      const message = `more than ${MAX_FETCHES} certificates within a minute: retry later`;
      throw new ServiceError({ code: CERTIFICATE_UNAVAILABLE, message, retryable: true });
    }
    this.#fetchedAt.push(nowMs);
    const certificate = parseCertificate(await this.#fetch(url));
    const endMs = endOf(certificate);
    return { certificate, untilMs: endMs > nowMs ? Math.min(nowMs + CACHE_MS, endMs) : nowMs + MINUTE_MS };
  }
}

/** End of a certificate in milliseconds since the epoch; 0 without one. */
function endOf(certificate: X509Certificate | undefined): number {
  return certificate?.validToDate.getTime() ?? 0;
}

/** Keeps an entry; the oldest one makes room. */
function keep(cache: Map<string, KeptCertificate>, href: string, kept: KeptCertificate): void {
  cache.delete(href);
  const [oldest] = cache.keys();
  if (oldest !== undefined && cache.size >= MAX_CACHED) cache.delete(oldest);
  cache.set(href, kept);
}

function parseCertificate(text: string | undefined): X509Certificate | undefined {
  try {
    return text === undefined ? undefined : new X509Certificate(text);
  } catch {
    return undefined;
  }
}

/** Reason why a certificate is not valid now; undefined if it is. */
export function validatePeriod(
  { validFromDate, validToDate }: X509Certificate,
  nowMs: number,
): string | undefined {
  if (nowMs >= validFromDate.getTime() && nowMs <= validToDate.getTime()) return undefined;
  return `the certificate is valid from ${validFromDate.toISOString()} to ${validToDate.toISOString()} only`;
}
