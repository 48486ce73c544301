import type { Depth } from './soak-queues.ts';
import type { Tally } from './tally.ts';

const EVERY_MS = 5000;

/** Says every few seconds how far it is. */
export class Progress {
  readonly #tally: Tally;
  readonly #tell: (line: string) => void;
  readonly #startedAt = performance.now();
  #toldAt = performance.now();

  constructor(tally: Tally, tell: (line: string) => void) {
    this.#tally = tally;
    this.#tell = tell;
  }

  look({ waiting, inWork }: Depth): void {
    const now = performance.now();
    if (now - this.#toldAt < EVERY_MS) return;
    this.#toldAt = now;
    const seconds = ((now - this.#startedAt) / 1000).toFixed(0);
    const parts = {
      sent: this.#tally.sum('sent'),
      waiting,
      'in work': inWork,
      done: this.#tally.of('receives')['removed'] ?? 0,
      faults: this.#tally.sum('faults') + this.#tally.sum('aws faults'),
      kills: this.#tally.sum('kills'),
    };
    const told = Object.entries(parts).map(([name, count]) => `${name} ${count}`);
    this.#tell(`${seconds.padStart(5)} s  ${told.join(', ')}`);
  }
}
