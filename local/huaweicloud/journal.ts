import type { Auth } from './call.ts';
import type { Operation } from './operations.ts';
import type { Target } from './sync-task.ts';

export interface JournalEntry {
  /** By the emulator's clock, when the request had arrived whole. */
  at: number;
  operation: Operation;
  method: string;
  /** As sent, with the query: `$` is `$` and `%24` is `%24`. */
  path: string;
  /** Undefined while no answer was sent, which may be for ever. */
  status: number | undefined;
  namespace?: string;
  repository?: string;
  target?: Target;
  auth: Auth;
  /** Numbered from 1, so that kept-alive connections show. */
  connection: number;
}

export interface Journal {
  readonly entries: readonly JournalEntry[];
  of(operation: Operation): JournalEntry[];
  /** Looks after every call that arrives and every answer that goes out. Rejects after 5 s unless told otherwise. */
  waitFor(predicate: (entries: readonly JournalEntry[]) => boolean, timeoutMs?: number): Promise<void>;
  clear(): void;
}

export class JournalBook implements Journal {
  #entries: JournalEntry[] = [];
  readonly #watchers = new Set<() => void>();

  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  of(operation: Operation): JournalEntry[] {
    return this.#entries.filter((entry) => entry.operation === operation);
  }

  /** Writes down the arrival; the function it returns writes down the answer. */
  record(entry: JournalEntry): (status: number) => void {
    this.#entries.push(entry);
    this.#notify();
    return (status) => {
      entry.status = status;
      this.#notify();
    };
  }

  async waitFor(predicate: (entries: readonly JournalEntry[]) => boolean, timeoutMs = 5000): Promise<void> {
    if (predicate(this.#entries)) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => {
      if (predicate(this.#entries)) resolve();
    };
    const timer = setTimeout(() => {
      const seen = this.#entries.map(({ operation, status }) => `${operation} ${status ?? 'unanswered'}`);
      reject(new Error(`the journal did not come to it within ${timeoutMs} ms: [${seen.join(', ')}]`));
    }, timeoutMs);
    this.#watchers.add(look);
    await promise.finally(() => {
      clearTimeout(timer);
      this.#watchers.delete(look);
    });
  }

  clear(): void {
    this.#entries = [];
  }

  #notify(): void {
    for (const look of this.#watchers) look();
  }
}
