import { monotonicMs } from '../clock.ts';
import { readJson } from '../json.ts';
import type { ReadSecret } from '../stored-secret.ts';

/** Minimum interval between reads of another source's secret that failed. */
const RETRY_MS = 30_000;
const MAX_SECRETS = 10;
/** Minimum length for comparing a secret without its prefix: shorter ones may be equal by chance. */
const MIN_LENGTH = 16;
const BEFORE_VALUE = [/^[\w!#$%&'*+.^`|~-]+:[ \t]*/, /^(?:basic|bearer|token) +/i, /^whsec_/];
/** Base64 of 16 bytes or more. */
const BASE64 = /^[A-Za-z0-9+/]{22,}={0,2}$/;

/**
 * Splits a stored secret: one secret, or the JSON array of several that are valid at the same time during a rotation.
 *
 * @throws {Error} with a message that doesn't show it.
 */
export function splitSecrets(text: string): readonly string[] {
  const list = readJson(text);
  if (!Array.isArray(list)) return [text.replace(/\r?\n$/, '')];
  if (list.length === 0 || !list.every((each) => typeof each === 'string')) {
    throw new Error('expected a JSON array of texts, found another one');
  }
  if (list.length > MAX_SECRETS) {
    throw new Error(`expected at most ${MAX_SECRETS} secrets, found ${list.length}`);
  }
  return list;
}

/**
 * Compares the secrets of all sources: a delivery that the sender of one source has signed must not be valid for another
 * source. For a secret that can't be read at the moment, the last value counts.
 */
export class SecretValues {
  readonly #references: ReadonlyMap<string, string>;
  readonly #read: ReadSecret;
  readonly #now: () => number;
  readonly #values = new Map<string, ReadonlySet<string>>();
  readonly #failedAt = new Map<string, number>();

  /** @param references of the sources' secrets, by the sources' names. */
  constructor(references: ReadonlyMap<string, string>, read: ReadSecret, now: () => number = monotonicMs) {
    this.#references = references;
    this.#read = read;
    this.#now = now;
  }

  /** Replaces the secrets of a source. */
  put(source: string, secrets: readonly string[]): void {
    this.#values.set(source, new Set(secrets.flatMap(formsOf)));
  }

  /** Reads every secret that is older. Throws no error. */
  async refresh(maxAgeMs: number): Promise<void> {
    await Promise.all([...this.#references].map((each) => this.#refreshOne(each, maxAgeMs)));
  }

  async #refreshOne([source, reference]: readonly [string, string], maxAgeMs: number): Promise<void> {
    if (this.#now() - (this.#failedAt.get(source) ?? Number.NEGATIVE_INFINITY) < RETRY_MS) return;
    try {
      this.put(source, splitSecrets(await this.#read(reference, maxAgeMs)));
    } catch {
      this.#failedAt.set(source, this.#now());
    }
  }

  /** @throws {Error} that names the other sources if a secret of this one is theirs too. */
  requireOwn(source: string): void {
    const own = this.#values.get(source) ?? new Set();
    const others = [...this.#values].filter(
      ([name, values]) => name !== source && !own.isDisjointFrom(values),
    );
    if (others.length === 0) return;
    const names = others.map(([name]) => name).join(', ');
    throw new Error(`expected a secret of its own, found one that is also a secret of source ${names}`);
  }
}

/**
 * Forms in which another source may have the same secret: without the header name, scheme or prefix that only some sources
 * put before it, and as the bytes that it encodes.
 */
function formsOf(secret: string): string[] {
  const text = BEFORE_VALUE.reduce((whole, before) => {
    const rest = whole.replace(before, '');
    return rest.length < MIN_LENGTH ? whole : rest;
  }, secret.trim());
  const forms = [Buffer.from(text), ...(BASE64.test(text) ? [Buffer.from(text, 'base64')] : [])];
  return forms.map((bytes) => bytes.toString('latin1'));
}
