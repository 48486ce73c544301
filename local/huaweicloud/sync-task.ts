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

export interface Removal {
  /** By the emulator's clock. */
  readonly at: number;
  readonly namespace: string;
  readonly repository: string;
  readonly target: Target;
  /** As the row had it. */
  readonly createdAt: string;
}
