import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Garbage of huge bodies comes and goes; what stays grows without end. */
const MAX_HEAP_GROWTH = 16 * 1024 * 1024;
const MAX_RSS_GROWTH = 128 * 1024 * 1024;
const MEGABYTE = 1024 * 1024;

interface Look {
  readonly heap: number;
  readonly rss: number;
}

/** The memory of this process after it has warmed up, and at the end. */
export class Memory {
  readonly #warmAt: number;
  #warm: Look | undefined;
  #end: Look | undefined;

  /** @param deliveries of which the first tenth warms up, and at least as many as meet every huge body once. */
  constructor(deliveries: number) {
    this.#warmAt = Math.max(500, deliveries / 10);
    // `gc` is there only where Node.js was started with it.
    setFlagsFromString('--expose-gc');
  }

  look(sent: number): void {
    if (this.#warm === undefined && sent >= this.#warmAt) this.#warm = measure();
  }

  /** @returns what has grown; undefined if nothing has. */
  end(): string | undefined {
    this.#end = measure();
    const { heap, rss } = this.#warm ?? this.#end;
    if (this.#end.heap - heap > MAX_HEAP_GROWTH) return 'the heap has grown';
    return this.#end.rss - rss > MAX_RSS_GROWTH ? 'the resident set has grown' : undefined;
  }

  describe(): string {
    return `${show(this.#warm)} when warm; ${show(this.#end)} at the end`;
  }
}

function measure(): Look {
  runInNewContext('gc')();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, rss };
}

function show({ heap = 0, rss = 0 }: Partial<Look> = {}): string {
  return `heap ${Math.round(heap / MEGABYTE)} MB, resident ${Math.round(rss / MEGABYTE)} MB`;
}
