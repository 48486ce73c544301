import { ServiceError } from './failure.ts';
import type { Log } from './log.ts';

/** Maximum age of a secret that was read before. */
const MAX_AGE_MS = 5 * 60 * 1000;
/** Minimum interval between reads of a secret that is unusable, or that a signature doesn't fit. */
export const REFRESH_MS = 30_000;

/** Reads a secret's text; see `SecretStore.read`. */
export type ReadSecret = (reference: string, maxAgeMs: number) => Promise<string>;

export interface SecretOwner {
  /** Owner in messages, such as `source github`. */
  readonly of: string;
  /** Gets a line, which is counted, whenever the secret turns out to be unusable. */
  readonly log?: Log;
}

/** A secret of the configuration, and what is made of its text. */
export class StoredSecret<T> {
  readonly reference: string;
  readonly #read: ReadSecret;
  readonly #parse: (text: string) => T;
  readonly #owner: SecretOwner;

  /** @param parse throws an error that says what is wrong with the text without showing it. */
  constructor(reference: string, read: ReadSecret, parse: (text: string) => T, owner: SecretOwner) {
    this.reference = reference;
    this.#read = read;
    this.#parse = parse;
    this.#owner = owner;
  }

  /**
   * Reads the secret. An unusable one that was kept is read again, so that a fixed one counts soon.
   *
   * @throws {ServiceError} `SECRET_UNUSABLE` if a person has to fix it, `SECRET_UNAVAILABLE` if it can't be read now.
   */
  async get(maxAgeMs: number = MAX_AGE_MS): Promise<T> {
    const first = await this.#find(maxAgeMs);
    const isKept = 'problem' in first && first.isRead && maxAgeMs > REFRESH_MS;
    const found = isKept ? await this.#find(REFRESH_MS) : first;
    if ('value' in found) return found.value;
    const { of, log } = this.#owner;
    const message = `Unusable secret for ${of} (${this.reference}): ${found.problem}`;
    log?.error('unusable', { of, code: 'SECRET_UNUSABLE', message });
    throw new ServiceError({ code: 'SECRET_UNUSABLE', message, retryable: false });
  }

  async #find(
    maxAgeMs: number,
  ): Promise<{ readonly value: T } | { readonly problem: string; readonly isRead: boolean }> {
    let text: string;
    try {
      text = await this.#read(this.reference, maxAgeMs);
    } catch (error) {
      if (!(error instanceof ServiceError) || error.failure.retryable) throw error;
      return { problem: error.message.replace(`${this.reference}: `, ''), isRead: false };
    }
    try {
      return { value: this.#parse(text) };
    } catch (error) {
      return { problem: error instanceof Error ? error.message : 'not usable', isRead: true };
    }
  }
}

/** Reads every secret once, so that a deployment shows each unusable one in the log, before it is needed. */
export async function checkSecrets(secrets: readonly StoredSecret<unknown>[]): Promise<void> {
  await Promise.allSettled(secrets.map((secret) => secret.get()));
}
