import { formatTimestamp, makeId } from './names.ts';

/** One row of `GET …/sync_repo`. */
export interface TaskRow {
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

export interface TaskTarget {
  remoteRegionId: string;
  remoteNamespace: string;
}

export interface NewTask extends TaskTarget {
  namespace: string;
  repository: string;
  syncAuto?: boolean;
  override?: boolean;
  createdAt?: string;
  /** GET omits it, as it may omit manual tasks. */
  hidden?: boolean;
}

export interface Removal {
  /** By the emulator's clock. */
  readonly at: number;
  readonly namespace: string;
  readonly repository: string;
  readonly target: TaskTarget;
  /** As the row had it. */
  readonly createdAt: string;
}

interface Kept {
  row: TaskRow;
  hidden: boolean;
}

/** A task belongs to a name, not to a repository: it outlives what it names. */
export class Tasks {
  /** By namespace, repository and target, so that a repository with few tasks costs little in a cloud with many. */
  readonly #index = new Map<string, Map<string, Map<string, Kept>>>();
  readonly #removals: Removal[] = [];
  readonly #now: () => number;
  #lastId = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get removals(): readonly Removal[] {
    return this.#removals;
  }

  /** Creates the task, or updates the one that is there: the name and the target are its identity. */
  put(task: NewTask, domainName: string): void {
    const ofNamespace = getOrAdd(this.#index, task.namespace, () => new Map<string, Map<string, Kept>>());
    const ofRepository = getOrAdd(ofNamespace, task.repository, () => new Map<string, Kept>());
    const existing = ofRepository.get(targetKey(task));
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
    ofRepository.set(targetKey(task), { row, hidden: task.hidden ?? existing?.hidden ?? false });
  }

  /** @returns whether there was such a task. */
  remove({ namespace, repository, remoteRegionId, remoteNamespace }: NewTask): boolean {
    const target = { remoteRegionId, remoteNamespace };
    const ofNamespace = this.#index.get(namespace);
    const ofRepository = ofNamespace?.get(repository);
    const kept = ofRepository?.get(targetKey(target));
    if (kept === undefined) return false;
    ofRepository?.delete(targetKey(target));
    if (ofRepository?.size === 0) ofNamespace?.delete(repository);
    const { createdAt } = kept.row;
    this.#removals.push({ at: this.#now(), namespace, repository, target, createdAt });
    return true;
  }

  /** In the order in which they were created. */
  list(namespace?: string, repository?: string, { hidden = true } = {}): TaskRow[] {
    return [...this.#select(namespace, repository)]
      .filter((task) => hidden || !task.hidden)
      .map(({ row }) => ({ ...row }))
      .toSorted((a, b) => a.id - b.id);
  }

  *#select(namespace: string | undefined, repository: string | undefined): Generator<Kept> {
    for (const ofNamespace of valuesOf(this.#index, namespace))
      for (const ofRepository of valuesOf(ofNamespace, repository)) yield* ofRepository.values();
  }
}

/** What a key has, or what all have. */
function valuesOf<V>(map: Map<string, V>, key: string | undefined): Iterable<V> {
  if (key === undefined) return map.values();
  const value = map.get(key);
  return value === undefined ? [] : [value];
}

function getOrAdd<V>(map: Map<string, V>, key: string, create: () => V): V {
  const value = map.get(key) ?? create();
  map.set(key, value);
  return value;
}

function targetKey({ remoteRegionId, remoteNamespace }: TaskTarget): string {
  return JSON.stringify([remoteRegionId, remoteNamespace]);
}
