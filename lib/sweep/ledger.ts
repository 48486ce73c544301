import type { Target } from '../huaweicloud/names.ts';
import type { Reason } from './judge-task.ts';
import type { Counts, SweepReport } from './report.ts';

/** Which sweep, and when it began: what was made since then is none of its business. */
export interface Sweep {
  readonly id: string;
  readonly startedAt: string;
}

export interface SweepRecord extends Sweep {
  /** How many organizations it has to look at; missing while they are not listed. */
  readonly organizations?: number;
  /** Missing while it is running. */
  readonly report?: SweepReport;
  /** The report was told. */
  readonly reported: boolean;
  /** The cleanup of every finding was asked for. */
  readonly applied: boolean;
}

export interface Organization {
  readonly account: string;
  readonly namespace: string;
}

export interface Page extends Organization {
  /** Of its first repository. */
  readonly offset: number;
  readonly counts: Counts;
  /** Where to go on; missing if there are no more repositories. */
  readonly next?: number;
  /** With `next`: its last repository. */
  readonly after?: string;
  /** Private repositories that were seen at their sources, as `sightingOf` writes them; none if missing. */
  readonly sighted?: readonly string[];
}

export interface FoundTask {
  readonly target: Target;
  readonly reasons: readonly Reason[];
  /** What to ask again before it is deleted, where nothing but its source is the reason. */
  readonly source?: { readonly name: string; readonly repository: string };
  /**
   * The source repositories whose owner has no canary, as `sightingOf` writes them, where nothing but the source is the
   * reason: the task goes only if the sweep saw another private repository of each owner.
   */
  readonly unproven?: readonly string[];
}

/** A repository, and its tasks that are to go. */
export interface Finding extends Organization {
  readonly repository: string;
  readonly tasks: readonly FoundTask[];
}

/**
 * The memory of sweeps. All of it may be repeated: what is written first counts, and what comes twice counts once.
 *
 * Every method throws a `ServiceError` with the code `LEDGER_UNAVAILABLE`, worth another try, if it can't be done.
 */
export interface SweepLedger {
  /** Writes down that a sweep has begun; gives what was written then. */
  begin(sweep: Sweep): Promise<SweepRecord>;

  find(id: string): Promise<SweepRecord | undefined>;

  /** Writes down what there is to look at. */
  addOrganizations(sweep: Sweep, organizations: readonly Organization[]): Promise<void>;

  /** The organizations that are not finished. */
  organizationsLeft(sweep: Sweep): AsyncIterable<Organization>;

  /** @returns whether all of them are finished now. */
  finishOrganization(sweep: Sweep, organization: Organization): Promise<boolean>;

  findPage(sweep: Sweep, place: Organization & Pick<Page, 'offset'>): Promise<Page | undefined>;

  /** @returns the page as it was written first, with its findings. */
  addPage(sweep: Sweep, page: Page, findings: readonly Finding[]): Promise<Page>;

  pages(sweep: Sweep): AsyncIterable<Page>;

  findings(sweep: Sweep): AsyncIterable<Finding>;

  /** @param after as the page before has given it. */
  findingsPage(
    sweep: Sweep,
    limit: number,
    after?: string,
  ): Promise<{ readonly findings: readonly Finding[]; readonly after?: string }>;

  /** @returns the report as it was written first. */
  finish(report: SweepReport): Promise<SweepReport>;

  /** Writes down that something is done that need not be done again. */
  mark(sweep: Sweep, done: 'reported' | 'applied'): Promise<void>;
}

/** A source repository that was said to be gone, of which a repository of SWR has tasks. */
export interface Suspicion extends Organization {
  readonly repository: string;
  readonly source: string;
  readonly sourceRepository: string;
}

/** What sweeps have heard of sources, so that a later one may believe it. Fails as `SweepLedger` does. */
export interface SuspicionLedger {
  /** Tells of a suspicion in this organization whether it is there; where there are too many, of each one that it may be. */
  mayBeThere(organization: Organization): Promise<(suspicion: Suspicion) => boolean>;

  /**
   * Writes down that the source has said so.
   *
   * @param at ISO 8601.
   * @returns when it was first heard, and by which sweep.
   */
  add(
    suspicion: Suspicion,
    sweepId: string,
    at: string,
  ): Promise<{ readonly firstGoneAt: string; readonly firstSweep: string }>;

  remove(suspicion: Suspicion): Promise<void>;
}
