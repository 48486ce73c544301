/** Counts by group and name. */
export class Tally {
  readonly #groups: Record<string, Record<string, number>> = {};

  count(group: string, name: string, by = 1): void {
    const counts = (this.#groups[group] ??= {});
    counts[name] = (counts[name] ?? 0) + by;
  }

  /** The largest first. */
  of(group: string): Record<string, number> {
    const counts = Object.entries(this.#groups[group] ?? {});
    return Object.fromEntries(counts.toSorted(([, one], [, other]) => other - one));
  }

  sum(group: string): number {
    return Object.values(this.of(group)).reduce((sum, each) => sum + each, 0);
  }
}
