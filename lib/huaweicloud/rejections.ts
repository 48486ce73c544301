import { type Credentials, fingerprintOf } from './credentials.ts';
import type { HuaweiCloudError } from './huawei-cloud-error.ts';

/** IAM locks a user for so long after 5 refused passwords within so long (its defaults). */
const HOLD_MS = 15 * 60 * 1000;

interface Refusal {
  readonly error: HuaweiCloudError;
  readonly until: number;
}

/**
 * The credentials that were refused, for as long as trying them again could lock the user or the access key. Shared by
 * all accounts, since two of them may be the same user in different regions.
 */
export class Rejections {
  readonly #byFingerprint = new Map<string, Refusal>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** @returns the refusal, as `find` gives it from now on. */
  add(credentials: Credentials, error: HuaweiCloudError): HuaweiCloudError {
    this.#byFingerprint.set(fingerprintOf(credentials), { error, until: this.#now() + HOLD_MS });
    return error.as(error.verdict, HOLD_MS / 1000);
  }

  /** The refusal that still holds, with the seconds until it ends if waiting for that makes sense. */
  find(credentials: Credentials): HuaweiCloudError | undefined {
    // Nearly always; the hash would be the first thing that a cold start computes.
    if (this.#byFingerprint.size === 0) return undefined;
    const fingerprint = fingerprintOf(credentials);
    const refusal = this.#byFingerprint.get(fingerprint);
    if (refusal === undefined) return undefined;
    const left = refusal.until - this.#now();
    if (left > 0) return refusal.error.as(refusal.error.verdict, Math.ceil(left / 1000));
    this.#byFingerprint.delete(fingerprint);
    return undefined;
  }
}
