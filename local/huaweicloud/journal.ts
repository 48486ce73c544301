import type { Auth, Operation } from './call.ts';
import type { TaskTarget } from './rows.ts';

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
  target?: TaskTarget;
  auth: Auth;
  /** Numbered from 1, so that kept-alive connections show. */
  connection: number;
}

/** Every call, in the order of arrival. */
export class Journal {
  #entries: JournalEntry[] = [];
  readonly #watchers = new Set<() => void>();

  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  of(operation: Operation): JournalEntry[] {
    return this.#entries.filter((entry) => entry.operation === operation);
  }

  /** Records the arrival; the function that it returns records the answer. */
  record(entry: JournalEntry): (status: number) => void {
    this.#entries.push(entry);
    this.#notify();
    return (status) => {
      entry.status = status;
      this.#notify();
    };
  }

  /** Resolves once the predicate holds, checked after every call that arrives and every answer that goes out. */
  async waitFor(predicate: (entries: readonly JournalEntry[]) => boolean, timeoutMs = 5000): Promise<void> {
    if (predicate(this.#entries)) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const check = () => {
      if (predicate(this.#entries)) resolve();
    };
    const timer = setTimeout(() => {
      const seen = this.#entries.map(({ operation, status }) => `${operation} ${status ?? 'unanswered'}`);
      reject(new Error(`the journal did not come to it within ${timeoutMs} ms: [${seen.join(', ')}]`));
    }, timeoutMs);
    this.#watchers.add(check);
    await promise.finally(() => {
      clearTimeout(timer);
      this.#watchers.delete(check);
    });
  }

  clear(): void {
    this.#entries = [];
  }

  #notify(): void {
    for (const check of this.#watchers) check();
  }
}
