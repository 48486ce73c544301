import { createHash } from 'node:crypto';
import type { Existence, SourceRepository } from '../cleanup/confirm-gone.ts';
import type { Deadline } from '../deadline.ts';
import { type Failure, failureOf } from '../failure.ts';
import { ECR } from '../sources/source.ts';
import type { SourceState } from './judge-task.ts';
import type {
  FoundTask,
  Suspicion,
  Sweep,
  SweepFinding,
  SweepLedger,
  SweptOrganization,
  SweptPage,
} from './ledger.ts';
import type { SweepContext } from './step.ts';

/** Minimum time between the two sweeps that see a repository gone: its source may be restoring a backup, or renaming it. */
const MIN_GONE_MS = 60 * 60 * 1000;
/** 96 bits, so that a page has a bounded size whatever the length of its names. */
const DIGEST_LENGTH = 16;
/** Sightings per owner: at most one of two is the repository in question. */
const MAX_PER_OWNER = 2;
const MAX_PER_PAGE = 1000;

/** State of the source repositories of one page; checks each once. */
export class SourceRepositories {
  readonly #parts: Pick<SweepContext, 'checkExistence' | 'config' | 'ledger' | 'log' | 'now'>;
  readonly #sweep: Sweep;
  readonly #organization: SweptOrganization;
  readonly #deadline: Deadline;
  readonly #checks = new Map<string, Promise<Existence>>();
  readonly #reported = new Set<string>();
  /** Repositories that are gone without a canary, by source and name. */
  readonly #unproven = new Map<string, string>();
  #mayBeSuspected: Promise<(suspicion: Suspicion) => boolean> | undefined;
  /** Private repositories that were seen. */
  readonly sightings = new Sightings();

  constructor(
    parts: Pick<SweepContext, 'checkExistence' | 'config' | 'ledger' | 'log' | 'now'>,
    sweep: Sweep,
    organization: SweptOrganization,
    deadline: Deadline,
  ) {
    this.#parts = parts;
    this.#sweep = sweep;
    this.#organization = organization;
    this.#deadline = deadline;
  }

  /**
   * State of a source repository: `gone` only if two sweeps saw that, an hour or more apart.
   *
   * @param repository of SWR that has tasks because of it.
   * @throws {ServiceError} `LEDGER_UNAVAILABLE`
   */
  async stateOf(
    repository: string,
    { source, repository: sourceRepository }: SourceRepository,
  ): Promise<SourceState> {
    if (sourceRepository === undefined) return 'unknown';
    const name = `${source}:${sourceRepository}`;
    const check = this.#checks.get(name) ?? this.#check(source, sourceRepository);
    this.#checks.set(name, check);
    const existence = await check;
    const { ledger, now = Date.now } = this.#parts;
    const suspicion = { ...this.#organization, repository, source, sourceRepository };
    if (existence === 'exists') {
      this.#mayBeSuspected ??= ledger.suspicionsIn(this.#organization);
      if ((await this.#mayBeSuspected)(suspicion)) await ledger.clearSuspicion(suspicion);
    }
    if (existence !== 'gone') return existence;
    const at = now();
    const first = await ledger.suspect(suspicion, this.#sweep.id, new Date(at).toISOString());
    const isOld = at - Date.parse(first.firstGoneAt) >= MIN_GONE_MS;
    return isOld && first.firstSweep !== this.#sweep.id ? 'gone' : 'suspected';
  }

  /** Sighting of a source repository that is gone without a canary; undefined for every other one. */
  unprovenOf({ source, repository }: SourceRepository): string | undefined {
    return this.#unproven.get(`${source}:${repository}`);
  }

  async #check(source: string, repository: string): Promise<Existence> {
    const { checkExistence, config } = this.#parts;
    // Unless configured, the account and region of this function may not be those of the repositories.
    if (source === ECR && !config.events.confirmEcr) return 'unknown';
    try {
      return await checkExistence(source, repository, this.#deadline, 'repository', (evidence, owner) => {
        const sighting = sightingOf(source, owner, repository);
        if (evidence === 'private') this.sightings.add(sighting);
        else this.#unproven.set(`${source}:${repository}`, sighting);
      });
    } catch (error) {
      this.#logOnce(source, failureOf(error));
      return 'unknown';
    }
  }

  /** Logs the first failure of a source: the others have the same cause. */
  #logOnce(source: string, failure: Failure): void {
    if (this.#reported.has(source)) return;
    this.#reported.add(source);
    // A source without an API is configured that way.
    const level = failure.code === 'SOURCE_API_MISSING' ? 'debug' : 'warn';
    this.#parts.log[level]('source not checked', { source, ...failure });
  }
}

/**
 * Key of a source repository in the ledger: a digest of its owner, then one of the repository.
 *
 * @param owner as the source writes it, in lower case.
 */
export function sightingOf(source: string, owner: string, repository: string): string {
  return shortDigest(`${source}:${owner}`) + shortDigest(repository.toLowerCase());
}

function shortDigest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, DIGEST_LENGTH);
}

/** Private repositories that a sweep saw at their sources: the credentials still see private repositories of their owners. */
export class Sightings {
  readonly #byOwner = new Map<string, Set<string>>();

  /** @throws {ServiceError} `LEDGER_UNAVAILABLE` */
  static async of(ledger: Pick<SweepLedger, 'pages'>, sweep: Sweep): Promise<Sightings> {
    const sightings = new Sightings();
    for await (const page of ledger.pages(sweep)) sightings.addPage(page);
    return sightings;
  }

  addPage({ sighted = [] }: SweptPage): void {
    for (const sighting of sighted) this.add(sighting);
  }

  add(sighting: string): void {
    const owner = sighting.slice(0, DIGEST_LENGTH);
    const seen = this.#byOwner.get(owner) ?? new Set();
    if (seen.size < MAX_PER_OWNER) seen.add(sighting);
    this.#byOwner.set(owner, seen);
  }

  /** The sightings that the record of a page keeps. */
  toList(): string[] {
    return [...this.#byOwner.values()].flatMap((seen) => [...seen]).slice(0, MAX_PER_PAGE);
  }

  /** Splits the tasks of a finding into those to delete, and those held back because their source may only be invisible. */
  split(finding: SweepFinding): { readonly standing: SweepFinding; readonly held: SweepFinding } {
    const { standing = [], held = [] } = Object.groupBy(finding.tasks, (task) =>
      this.#isProven(task) ? 'standing' : 'held',
    );
    return { standing: { ...finding, tasks: standing }, held: { ...finding, tasks: held } };
  }

  /** Checks for another private repository of each owner without a canary. */
  #isProven({ unproven = [] }: FoundTask): boolean {
    return unproven.every((sighting) => {
      const seen = this.#byOwner.get(sighting.slice(0, DIGEST_LENGTH)) ?? [];
      return [...seen].some((each) => each !== sighting);
    });
  }
}
