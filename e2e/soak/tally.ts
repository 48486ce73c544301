import type { QueueDepth } from '../../local/queues.ts';

const PROGRESS_EVERY_MS = 5000;

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

/** @returns a function that prints the progress, if it is called at least every few seconds. */
export function progressPrinter(tally: Tally, print: (line: string) => void): (depth: QueueDepth) => void {
  const startedAt = performance.now();
  let printedAt = startedAt;
  return ({ waiting, inFlight }) => {
    const now = performance.now();
    if (now - printedAt < PROGRESS_EVERY_MS) return;
    printedAt = now;
    const counts = {
      sent: tally.sum('sent'),
      waiting,
      'in flight': inFlight,
      done: tally.of('receives')['removed'] ?? 0,
      faults: tally.sum('faults') + tally.sum('aws faults'),
      kills: tally.sum('kills'),
    };
    const texts = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
    print(`${((now - startedAt) / 1000).toFixed(0).padStart(5)} s  ${texts.join(', ')}`);
  };
}
