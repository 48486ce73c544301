import { ServiceError } from './failure.ts';

/** How long a secret may have been changed without being noticed. */
const MAX_AGE_MS = 5 * 60 * 1000;

/** Reads a secret's text; see `SecretStore.read`. */
export type ReadSecret = (reference: string, maxAgeMs: number) => Promise<string>;

/** A secret of the configuration, and what is made of its text. */
export class StoredSecret<T> {
  readonly reference: string;
  readonly #read: ReadSecret;
  readonly #parse: (text: string) => T;

  /** @param parse throws an error that says what is wrong with the text without showing it. */
  constructor(reference: string, read: ReadSecret, parse: (text: string) => T) {
    this.reference = reference;
    this.#read = read;
    this.#parse = parse;
  }

  /**
   * @throws {ServiceError} `SECRET_UNUSABLE` if a person has to mend it, `SECRET_UNAVAILABLE` if it can't be read now.
   */
  async get(maxAgeMs: number = MAX_AGE_MS): Promise<T> {
    const text = await this.#read(this.reference, maxAgeMs);
    try {
      return this.#parse(text);
    } catch (error) {
      const problem = error instanceof Error ? error.message : 'not usable';
      const message = `${this.reference}: ${problem}`;
      throw new ServiceError({ code: 'SECRET_UNUSABLE', message, retryable: false });
    }
  }
}

/**
 * Reads every secret once, so that one that can't be used is found when a function starts and not when it is needed.
 * One that can't be read just now is left for later.
 *
 * @throws {Error} that names every unusable one, and shows none.
 */
export async function requireUsable(secrets: readonly StoredSecret<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(secrets.map((secret) => secret.get()));
  const faults = results.flatMap((result) =>
    result.status === 'rejected' && result.reason instanceof ServiceError && !result.reason.failure.retryable
      ? [result.reason.message]
      : [],
  );
  if (faults.length > 0) throw new Error(`The configuration has no usable secret. ${faults.join('; ')}`);
}
