import { type Credentials, fingerprintOf } from './credentials.ts';
import type { HuaweiCloudError } from './huawei-cloud-error.ts';

/** Time for which IAM locks a user after 5 rejected passwords within that time (its defaults). */
const HOLD_MS = 15 * 60 * 1000;

interface Rejection {
  readonly error: HuaweiCloudError;
  readonly until: number;
}

/**
 * Rejected credentials, kept for as long as another attempt could lock the user or the access key. Shared by
 * all accounts, since two of them may be the same user in different regions.
 */
export class Rejections {
  readonly #byFingerprint = new Map<string, Rejection>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** @returns the rejection, as `find` returns it from now on. */
  add(credentials: Credentials, error: HuaweiCloudError): HuaweiCloudError {
    this.#byFingerprint.set(fingerprintOf(credentials), { error, until: this.#now() + HOLD_MS });
    return error.as(error.verdict, HOLD_MS / 1000);
  }

  /** The rejection that still holds, with the seconds until it ends if a retry after that makes sense. */
  find(credentials: Credentials): HuaweiCloudError | undefined {
    // Nearly always; the hash would be the first thing that a cold start computes.
    if (this.#byFingerprint.size === 0) return undefined;
    const fingerprint = fingerprintOf(credentials);
    const rejection = this.#byFingerprint.get(fingerprint);
    if (rejection === undefined) return undefined;
    const left = rejection.until - this.#now();
    if (left > 0) return rejection.error.as(rejection.error.verdict, Math.ceil(left / 1000));
    this.#byFingerprint.delete(fingerprint);
    return undefined;
  }
}
