/** Counts by group and name. */
export class Tally {
  readonly #groups = new Map<string, Map<string, number>>();

  count(group: string, name: string, by = 1): void {
    const counts = this.#groups.get(group) ?? new Map<string, number>();
    this.#groups.set(group, counts);
    counts.set(name, (counts.get(name) ?? 0) + by);
  }

  /** The largest first. */
  of(group: string): Record<string, number> {
    const counts = [...(this.#groups.get(group) ?? [])];
    return Object.fromEntries(counts.toSorted(([, one], [, other]) => other - one));
  }

  sum(group: string): number {
    return Object.values(this.of(group)).reduce((sum, each) => sum + each, 0);
  }
}
