const MAX_IN_A_ROW = 5;
const LOCK_MS = 5 * 60_000;

/** Which access keys are locked, as more than five signatures in a row were wrong, whoever made them. */
export class AccessKeyLocks {
  readonly #refusals = new Map<string, number>();
  readonly #lockedUntil = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  isLocked(ak: string): boolean {
    return this.#now() < (this.#lockedUntil.get(ak) ?? 0);
  }

  countRefusal(ak: string): void {
    const inARow = (this.#refusals.get(ak) ?? 0) + 1;
    this.#refusals.set(ak, inARow);
    if (inARow <= MAX_IN_A_ROW) return;
    this.#lockedUntil.set(ak, this.#now() + LOCK_MS);
    this.forgetRefusals(ak);
  }

  forgetRefusals(ak: string): void {
    this.#refusals.delete(ak);
  }
}
