import type { Queues } from '../../local/queues.ts';

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

/** Prints the progress every few seconds. */
export class ProgressPrinter {
  readonly #tally: Tally;
  readonly #print: (line: string) => void;
  readonly #startedAt = performance.now();
  #printedAt = performance.now();

  constructor(tally: Tally, print: (line: string) => void) {
    this.#tally = tally;
    this.#print = print;
  }

  look({ waiting, inFlight }: ReturnType<Queues['depth']>): void {
    const now = performance.now();
    if (now - this.#printedAt < PROGRESS_EVERY_MS) return;
    this.#printedAt = now;
    const seconds = ((now - this.#startedAt) / 1000).toFixed(0);
    const counts = {
      sent: this.#tally.sum('sent'),
      waiting,
      'in flight': inFlight,
      done: this.#tally.of('receives')['removed'] ?? 0,
      faults: this.#tally.sum('faults') + this.#tally.sum('aws faults'),
      kills: this.#tally.sum('kills'),
    };
    const texts = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
    this.#print(`${seconds.padStart(5)} s  ${texts.join(', ')}`);
  }
}
