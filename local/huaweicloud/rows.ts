/** One repository of SWR. */
export interface Repository {
  readonly namespace: string;
  readonly name: string;
  readonly createdAt: string;
}

/** Deviations of lists from the documented ones. Positions count from 0 over all pages. */
export interface Listing {
  /** Most repositories on a page, however many were asked for; 1,000 if missing. */
  repositories?: number;
  /** Tasks without `syncAuto` are left out. */
  hideManual?: boolean;
  /** Most tasks of a repository; 100 if missing. */
  tasks?: number;
  /** `Content-Range` and `total_range`: left out, the length of the page, or always this number. The true total if missing. */
  totals?: 'none' | 'page' | number;
  /** Every page is the first one. */
  ignoreOffset?: boolean;
  /** Position of a repository that its page lacks. */
  lose?: number;
  /** Position of a repository that its page has twice. */
  repeat?: number;
  /** Repositories that are listed under another name, which need not be a valid one. */
  rename?: Record<string, string>;
}

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
