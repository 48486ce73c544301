import * as v from 'valibot';
import { REASONS } from './judge-task.ts';

export interface Sweep {
  readonly id: string;
  /** ISO 8601. The sweep ignores tasks that were created later. */
  readonly startedAt: string;
}

export interface SweepRecord extends Sweep {
  /** Number of organizations to scan; missing until they are listed. */
  readonly organizations?: number;
  /** Missing until the sweep has finished. */
  readonly report?: SweepReport;
  /** The report was published. */
  readonly reported: boolean;
  /** The cleanup of every finding was requested. */
  readonly applied: boolean;
}

export interface SweptOrganization {
  readonly account: string;
  readonly namespace: string;
}

/** Schema of the counts of some pages. */
export const sweepCountsSchema = v.object({
  repositories: v.number(),
  /** Repositories under `safety.deny`, which are not scanned. */
  denied: v.number(),
  /** Repositories whose tasks were not listed, or not all judged because a listed name is invalid. */
  unread: v.number(),
  tasks: v.number(),
  /** Tasks to delete. */
  found: v.number(),
  /** Tasks whose source repository is gone, until a later sweep confirms it. */
  suspected: v.number(),
  /** Tasks with an unknown age, source or target organization. */
  undecided: v.number(),
  /** Tasks in a region that no account of `sweep.targetAccounts` sees. */
  unchecked: v.number(),
});

/** Numbers of repositories and tasks on some pages. */
export type SweepCounts = Readonly<v.InferOutput<typeof sweepCountsSchema>>;

/** Counts of no page. */
export const NO_COUNTS: SweepCounts = {
  repositories: 0,
  denied: 0,
  unread: 0,
  tasks: 0,
  found: 0,
  suspected: 0,
  undecided: 0,
  unchecked: 0,
};

/** Sum of two counts, field by field. */
export function addCounts(one: SweepCounts, other: SweepCounts): SweepCounts {
  const sum = { ...one };
  for (const name of v.keyof(sweepCountsSchema).options) sum[name] += other[name];
  return sum;
}

/** Schema of the result of a sweep. */
export const sweepReportSchema = v.object({
  id: v.string(),
  startedAt: v.string(),
  finishedAt: v.string(),
  /** `rejected`: the sweep found more than `maxPercent`, so it deletes nothing. */
  state: v.picklist(['rejected', 'dry run', 'applied']),
  mode: v.picklist(['apply', 'dry-run']),
  maxPercent: v.number(),
  /** Percentage of the seen tasks that is to be deleted. */
  percent: v.number(),
  organizations: v.number(),
  counts: sweepCountsSchema,
  /**
   * Number of undecided tasks that stay because the sweep saw no other private repository of their source's owner, and no
   * canary is configured for it; missing if there are none.
   */
  heldBack: v.exactOptional(v.number()),
  /** Number of tasks found for each reason; a task may have several. */
  reasons: v.object({ [REASONS[0]]: v.number(), [REASONS[1]]: v.number(), [REASONS[2]]: v.number() }),
});

/** Result of a sweep. */
export type SweepReport = Readonly<v.InferOutput<typeof sweepReportSchema>>;

const organization = { account: v.string(), namespace: v.string() };

/** Schema of one scanned page of an organization's repositories. */
export const sweptPageSchema = v.object({
  ...organization,
  /** Offset of the first repository. */
  offset: v.number(),
  counts: sweepCountsSchema,
  /** Offset of the next page; missing if there are no more repositories. */
  next: v.exactOptional(v.number()),
  /** With `next`: the last repository. */
  after: v.exactOptional(v.string()),
  /** Private repositories that were seen at their sources, in the form of `sightingOf`; none if missing. */
  sighted: v.exactOptional(v.array(v.string())),
});

/** Record of one scanned page of an organization's repositories. */
export type SweptPage = Readonly<v.InferOutput<typeof sweptPageSchema>>;

/** Schema of a repository with its tasks to delete. */
export const sweepFindingSchema = v.object({
  ...organization,
  repository: v.string(),
  tasks: v.array(
    v.object({
      target: v.object({ remoteRegionId: v.string(), remoteNamespace: v.string() }),
      reasons: v.array(v.picklist(REASONS)),
      /** Source repository to check again before the deletion, if it is the only reason. */
      source: v.exactOptional(v.object({ name: v.string(), repository: v.string() })),
      /**
       * Source repositories whose owner has no canary, in the form of `sightingOf`, if the source is the only reason. The task
       * is deleted only if the sweep saw another private repository of each owner.
       */
      unproven: v.exactOptional(v.array(v.string())),
    }),
  ),
});

/** A repository with its tasks to delete. */
export type SweepFinding = Readonly<v.InferOutput<typeof sweepFindingSchema>>;
export type FoundTask = SweepFinding['tasks'][number];

/** A source repository that its source called gone, and a repository of SWR that has tasks because of it. */
export interface Suspicion extends SweptOrganization {
  readonly repository: string;
  readonly source: string;
  readonly sourceRepository: string;
}

/**
 * Record of sweeps. Every method may be repeated: the first write counts.
 *
 * Every method throws a retryable `ServiceError` with the code `LEDGER_UNAVAILABLE` if the ledger can't be read or written.
 */
export interface SweepLedger {
  /** Records the start of a sweep; returns the first record of it. */
  begin(sweep: Sweep): Promise<SweepRecord>;

  find(id: string): Promise<SweepRecord | undefined>;

  /** Records the organizations to scan. */
  addOrganizations(sweep: Sweep, organizations: readonly SweptOrganization[]): Promise<void>;

  /** Organizations that are not finished. */
  organizationsLeft(sweep: Sweep): AsyncIterable<SweptOrganization>;

  /** @returns whether all organizations are finished now. */
  finishOrganization(sweep: Sweep, organization: SweptOrganization): Promise<boolean>;

  findPage(
    sweep: Sweep,
    place: Pick<SweptPage, 'account' | 'namespace' | 'offset'>,
  ): Promise<SweptPage | undefined>;

  /** @returns the first record of the page. */
  addPage(sweep: Sweep, page: SweptPage, findings: readonly SweepFinding[]): Promise<SweptPage>;

  pages(sweep: Sweep): AsyncIterable<SweptPage>;

  findings(sweep: Sweep): AsyncIterable<SweepFinding>;

  /** @param after as returned with the page before. */
  findingsPage(
    sweep: Sweep,
    limit: number,
    after?: string,
  ): Promise<{ readonly findings: readonly SweepFinding[]; readonly after?: string }>;

  /** @returns the first report of the sweep. */
  finish(report: SweepReport): Promise<SweepReport>;

  /** Records that the sweep was published, or applied. */
  mark(sweep: Sweep, done: 'reported' | 'applied'): Promise<void>;

  /** Reads the suspicions of an organization: the result returns whether one of them may be recorded. */
  suspicionsIn(organization: SweptOrganization): Promise<(suspicion: Suspicion) => boolean>;

  /**
   * Records a suspicion.
   *
   * @param at ISO 8601.
   * @returns the time of its first record, and the sweep that made it.
   */
  suspect(
    suspicion: Suspicion,
    sweepId: string,
    at: string,
  ): Promise<{ readonly firstGoneAt: string; readonly firstSweep: string }>;

  clearSuspicion(suspicion: Suspicion): Promise<void>;
}
