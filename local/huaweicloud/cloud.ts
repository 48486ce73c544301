import { Identities, type TokenSettings } from './identities.ts';
import { formatTimestamp, isOrganizationName, isRepositoryName, makeId } from './names.ts';
import type { Listing, NewTask, Removal, Repository, TaskRow, TaskTarget } from './rows.ts';

interface Kept {
  readonly row: TaskRow;
  readonly hidden: boolean;
}

/** The state behind the emulator, for a test or a demo to read and to change. */
export class Cloud {
  /** Answer for a task that doesn't exist: 404 is documented, 400 with `SVCSTG.SWR.4001158` was seen in practice. */
  goneAs: 404 | 400 = 404;
  /** Creating a task that exists is an error; otherwise it changes the task. Both are reported, neither is documented. */
  strictCreate = false;
  /** Regions that tasks can lead to; every one if undefined. */
  regions: readonly string[] | undefined;
  /** Lists as documented if empty. */
  listing: Listing = {};
  readonly region: string;
  readonly now: () => number;
  /** The IAM half. */
  readonly identities: Identities;
  /** By organization and name, in the order in which they came. */
  readonly #repositories = new Map<string, Map<string, Repository>>();
  /** Sorted repositories of one organization or of all, to cut pages from; made anew after a change. */
  readonly #listed = new Map<string | undefined, readonly Repository[]>();
  /** By repository and target. A task belongs to a name, not to a repository: it outlives what it names. */
  readonly #tasks = new Map<string, Map<string, Kept>>();
  readonly #removals: Removal[] = [];
  #lastTask = 0;

  constructor(region: string, now: () => number, tokens: TokenSettings) {
    this.region = region;
    this.now = now;
    this.identities = new Identities(now, tokens);
    this.identities.addProject(region);
  }

  addOrganization(name: string): void {
    if (!isOrganizationName(name)) throw new Error(`SWR cannot hold an organization named ${name}`);
    if (!this.#repositories.has(name)) this.#repositories.set(name, new Map());
  }

  /** Takes its repositories with it, and leaves their tasks. */
  removeOrganization(name: string): void {
    this.#repositories.delete(name);
    this.#listed.clear();
  }

  organizations(): string[] {
    return [...this.#repositories.keys()];
  }

  /** Adds the organization too, where it is missing. */
  addRepository(namespace: string, name: string): void {
    if (!isRepositoryName(name)) throw new Error(`SWR cannot hold a repository named ${name}`);
    this.addOrganization(namespace);
    const createdAt = formatTimestamp(this.now());
    this.#repositories.get(namespace)?.set(name, { namespace, name, createdAt });
    this.#listed.clear();
  }

  /** Leaves its tasks, as SWR does. */
  removeRepository(namespace: string, name: string): void {
    this.#repositories.get(namespace)?.delete(name);
    this.#listed.clear();
  }

  hasRepository(namespace: string, name: string): boolean {
    return this.#repositories.get(namespace)?.has(name) ?? false;
  }

  /** Repositories of one organization, or of all. */
  repositories(namespace?: string): readonly Repository[] {
    const listed = this.#listed.get(namespace);
    if (listed !== undefined) return listed;
    const found = [...this.#repositories]
      .filter(([name]) => namespace === undefined || namespace === name)
      .flatMap(([, repositories]) => [...repositories.values()]);
    this.#listed.set(namespace, found);
    return found;
  }

  /** Creates the task, or updates the one that is there. Needs neither the repository nor the target to exist. */
  addTask(task: NewTask, account = this.identities.accountName()): void {
    const { namespace, repository, remoteRegionId, remoteNamespace } = task;
    const key = `${namespace}/${repository}`;
    const tasks = this.#tasks.get(key) ?? new Map<string, Kept>();
    this.#tasks.set(key, tasks);
    const existing = tasks.get(targetKey(task));
    const now = formatTimestamp(this.now());
    const createdAt = task.createdAt ?? existing?.row.createdAt ?? now;
    const row = {
      createdAt,
      domainID: makeId('domain', account),
      domainName: account,
      id: existing?.row.id ?? ++this.#lastTask,
      namespace,
      override: task.override ?? false,
      remoteNamespace,
      remoteRegionId,
      repoName: repository,
      syncAuto: task.syncAuto ?? false,
      updatedAt: existing === undefined ? createdAt : now,
    };
    tasks.set(targetKey(task), { row, hidden: task.hidden ?? existing?.hidden ?? false });
  }

  /** @returns whether there was such a task. */
  removeTask({ namespace, repository, remoteRegionId, remoteNamespace }: NewTask): boolean {
    const target = { remoteRegionId, remoteNamespace };
    const tasks = this.#tasks.get(`${namespace}/${repository}`);
    const kept = tasks?.get(targetKey(target));
    if (kept === undefined) return false;
    tasks?.delete(targetKey(target));
    this.#removals.push({ at: this.now(), namespace, repository, target, createdAt: kept.row.createdAt });
    return true;
  }

  /** Tasks that exist, in the order in which they were created. `hidden` are those that GET omits. */
  tasks(namespace?: string, repository?: string, { hidden = true } = {}): TaskRow[] {
    const isOne = namespace !== undefined && repository !== undefined;
    // A repository with few tasks costs little in a cloud with many.
    const found = isOne ? [this.#tasks.get(`${namespace}/${repository}`)] : [...this.#tasks.values()];
    return found
      .flatMap((tasks) => [...(tasks?.values() ?? [])])
      .filter((task) => hidden || !task.hidden)
      .map(({ row }) => ({ ...row }))
      .filter((row) => namespace === undefined || row.namespace === namespace)
      .filter((row) => repository === undefined || row.repoName === repository)
      .toSorted((a, b) => a.id - b.id);
  }

  /** Each task that a DELETE has removed, in that order, also where the answer was lost or replaced. */
  removals(): readonly Removal[] {
    return this.#removals;
  }
}

function targetKey({ remoteRegionId, remoteNamespace }: TaskTarget): string {
  return JSON.stringify([remoteRegionId, remoteNamespace]);
}
