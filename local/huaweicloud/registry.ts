import { makeId } from './identities.ts';
import { isOrganizationName, isRepositoryName } from './names.ts';

/** One row of `GET …/sync_repo`. */
export interface SyncTask {
  createdAt: string;
  domainID: string;
  domainName: string;
  id: number;
  namespace: string;
  override: boolean;
  remoteNamespace: string;
  remoteRegionId: string;
  repoName: string;
  syncAuto: boolean;
  updatedAt: string;
}

export interface Target {
  remoteRegionId: string;
  remoteNamespace: string;
}

export interface NewTask extends Target {
  namespace: string;
  repository: string;
  syncAuto?: boolean;
  override?: boolean;
  createdAt?: string;
  /** GET omits it, as it may omit manual tasks. */
  hidden?: boolean;
}

/** The SWR half of the state. A task belongs to a name, not to a repository: it outlives what it names. */
export class Registry {
  readonly #organizations = new Map<string, Map<string, { createdAt: string }>>();
  readonly #tasks = new Map<string, { row: SyncTask; hidden: boolean }>();
  readonly #now: () => number;
  #lastId = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  addOrganization(name: string): void {
    if (!isOrganizationName(name)) throw new Error(`SWR cannot hold an organization named ${name}`);
    if (!this.#organizations.has(name)) this.#organizations.set(name, new Map());
  }

  removeOrganization(name: string): void {
    this.#organizations.delete(name);
  }

  addRepository(namespace: string, repository: string): void {
    if (!isRepositoryName(repository)) throw new Error(`SWR cannot hold a repository named ${repository}`);
    this.addOrganization(namespace);
    this.#organizations.get(namespace)?.set(repository, { createdAt: formatTimestamp(this.#now()) });
  }

  removeRepository(namespace: string, repository: string): void {
    this.#organizations.get(namespace)?.delete(repository);
  }

  organizations(): string[] {
    return [...this.#organizations.keys()];
  }

  repositories(namespace?: string): { namespace: string; name: string; createdAt: string }[] {
    return [...this.#organizations]
      .filter(([organization]) => namespace === undefined || organization === namespace)
      .flatMap(([organization, repositories]) =>
        [...repositories].map(([name, { createdAt }]) => ({ namespace: organization, name, createdAt })),
      );
  }

  hasRepository(namespace: string, repository: string): boolean {
    return this.#organizations.get(namespace)?.has(repository) ?? false;
  }

  /** Creates the task, or updates the one that is there: the name and the target are its identity. */
  putTask(task: NewTask, domainName: string): void {
    const existing = this.#tasks.get(taskKey(task));
    const now = formatTimestamp(this.#now());
    const createdAt = task.createdAt ?? existing?.row.createdAt ?? now;
    const row = {
      createdAt,
      domainID: makeId('domain', domainName),
      domainName,
      id: existing?.row.id ?? ++this.#lastId,
      namespace: task.namespace,
      override: task.override ?? false,
      remoteNamespace: task.remoteNamespace,
      remoteRegionId: task.remoteRegionId,
      repoName: task.repository,
      syncAuto: task.syncAuto ?? false,
      updatedAt: existing === undefined ? createdAt : now,
    };
    this.#tasks.set(taskKey(task), { row, hidden: task.hidden ?? existing?.hidden ?? false });
  }

  deleteTask(task: NewTask): boolean {
    return this.#tasks.delete(taskKey(task));
  }

  tasks(namespace?: string, repository?: string, { hidden = true } = {}): SyncTask[] {
    return [...this.#tasks.values()]
      .filter((task) => hidden || !task.hidden)
      .map(({ row }) => ({ ...row }))
      .filter((row) => namespace === undefined || row.namespace === namespace)
      .filter((row) => repository === undefined || row.repoName === repository);
  }
}

function taskKey({ namespace, repository, remoteRegionId, remoteNamespace }: NewTask): string {
  return JSON.stringify([namespace, repository, remoteRegionId, remoteNamespace]);
}

/** SWR writes the fraction of a second without its trailing zeros, and none where it is zero. */
function formatTimestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.?0+Z$/, 'Z');
}
