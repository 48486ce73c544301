import type { CheckExistence } from '../cleanup/confirm-gone.ts';
import type { CleanupRequest } from '../cleanup/request.ts';
import type { Config } from '../config/config.ts';
import type { SwrClient } from '../huaweicloud/swr.ts';
import type { Log } from '../log.ts';
import type { Page, SuspicionLedger, SweepLedger } from './ledger.ts';
import type { SweepReport } from './report.ts';

export type SwrReader = Pick<SwrClient, 'listOrganizations' | 'listRepositories' | 'listSyncTasks'>;

/** Calls to SWR and to sources at a time, of one process. */
export const CONCURRENCY = 16;

/** What a sweep is made of. */
export interface SweepContext {
  readonly config: Pick<Config, 'accounts' | 'routes' | 'safety' | 'sweep' | 'events'>;
  readonly accounts: {
    readonly names: readonly string[];
    /** @throws {ServiceError} if there is no such account. */
    readonly clientOf: (account: string) => SwrReader;
  };
  readonly checkExistence: CheckExistence;
  readonly ledger: SweepLedger;
  readonly suspicions: SuspicionLedger;
  /** Has the tasks of requests deleted. If this fails, some of them may be under way: all are sent again. */
  readonly request: (requests: readonly CleanupRequest[]) => Promise<void>;
  /** Tells others what the sweep has come to. */
  readonly publish: (report: SweepReport) => Promise<void>;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** In place of `CONCURRENCY`. */
  readonly concurrency?: number;
  /** Repositories that one step scans, 1,000 if missing; findings that one step applies, 200 if missing. */
  readonly pageSize?: number;
  /** Is told of every page that is done. */
  readonly onPage?: (page: Page) => void;
}
