import { formatTimestamp, isOrganizationName, isRepositoryName } from './names.ts';

export interface Repository {
  namespace: string;
  name: string;
  createdAt: string;
}

interface Page {
  rows: Repository[];
  /** Of all pages. */
  total: number;
}

/** Which organizations there are, and their repositories. */
export class Organizations {
  readonly #byName = new Map<string, Repositories>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(name: string): void {
    this.#open(name);
  }

  remove(name: string): void {
    this.#byName.delete(name);
  }

  addRepository(namespace: string, name: string): void {
    if (!isRepositoryName(name)) throw new Error(`SWR cannot hold a repository named ${name}`);
    this.#open(namespace).add({ namespace, name, createdAt: formatTimestamp(this.#now()) });
  }

  removeRepository(namespace: string, name: string): void {
    this.#byName.get(namespace)?.remove(name);
  }

  names(): string[] {
    return [...this.#byName.keys()];
  }

  hasRepository(namespace: string, name: string): boolean {
    return this.#byName.get(namespace)?.has(name) ?? false;
  }

  /** Of one organization, or of all. Takes as long as the page is, and not as there are repositories. */
  page(offset: number, limit: number, namespace?: string): Page {
    const rows: Repository[] = [];
    let total = 0;
    for (const repositories of this.#select(namespace)) {
      const start = Math.max(offset - total, 0);
      rows.push(...repositories.slice(start, start + limit - rows.length));
      total += repositories.size;
    }
    return { rows, total };
  }

  #select(namespace: string | undefined): Iterable<Repositories> {
    if (namespace === undefined) return this.#byName.values();
    const repositories = this.#byName.get(namespace);
    return repositories === undefined ? [] : [repositories];
  }

  #open(name: string): Repositories {
    if (!isOrganizationName(name)) throw new Error(`SWR cannot hold an organization named ${name}`);
    const repositories = this.#byName.get(name) ?? new Repositories();
    this.#byName.set(name, repositories);
    return repositories;
  }
}

/** Those of one organization, in the order in which they came. */
class Repositories {
  readonly #byName = new Map<string, Repository>();
  /** The same, to cut pages from; made anew after a change. */
  #rows: Repository[] | undefined;

  get size(): number {
    return this.#byName.size;
  }

  add(repository: Repository): void {
    this.#byName.set(repository.name, repository);
    this.#rows = undefined;
  }

  remove(name: string): void {
    this.#byName.delete(name);
    this.#rows = undefined;
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  slice(start: number, end: number): Repository[] {
    this.#rows ??= [...this.#byName.values()];
    return this.#rows.slice(start, end);
  }
}
