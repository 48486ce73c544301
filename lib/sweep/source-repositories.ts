import type { Existence, SourceRepository } from '../cleanup/confirm-gone.ts';
import type { Deadline } from '../deadline.ts';
import { type Failure, failureOf } from '../failure.ts';
import { ECR } from '../sources/source.ts';
import type { SweepContext } from './context.ts';
import type { SourceState } from './judge-task.ts';
import type { Organization, Suspicion, Sweep } from './ledger.ts';
import { Sightings, sightingOf } from './sightings.ts';

/** So long a source has to go on saying that a repository is gone: it may have been restoring a backup, or renaming. */
const DOUBT_MS = 60 * 60 * 1000;

type Parts = Pick<SweepContext, 'checkExistence' | 'config' | 'log' | 'now' | 'suspicions'>;

/** Asks sources about the repositories that one page leads back to, each once. */
export class SourceRepositories {
  readonly #parts: Parts;
  readonly #sweep: Sweep;
  readonly #organization: Organization;
  readonly #deadline: Deadline;
  readonly #mayBeSuspected: (suspicion: Suspicion) => boolean;
  readonly #asked = new Map<string, Promise<Existence>>();
  readonly #complaints = new Set<string>();
  /** Of those that no canary proves to be gone, by source and name. */
  readonly #unproven = new Map<string, string>();
  /** Private repositories that were seen. */
  readonly sightings = new Sightings();

  private constructor(
    parts: Parts,
    sweep: Sweep,
    organization: Organization,
    deadline: Deadline,
    mayBeSuspected: (suspicion: Suspicion) => boolean,
  ) {
    this.#parts = parts;
    this.#sweep = sweep;
    this.#organization = organization;
    this.#deadline = deadline;
    this.#mayBeSuspected = mayBeSuspected;
  }

  /** @throws {ServiceError} `LEDGER_UNAVAILABLE` */
  static async of(
    parts: Parts,
    sweep: Sweep,
    organization: Organization,
    deadline: Deadline,
  ): Promise<SourceRepositories> {
    const mayBeSuspected = await parts.suspicions.mayBeThere(organization);
    return new SourceRepositories(parts, sweep, organization, deadline, mayBeSuspected);
  }

  /**
   * What is to be believed of the source of a repository: that it is gone only if it has said so for an hour, to two sweeps.
   *
   * @throws {ServiceError} `LEDGER_UNAVAILABLE`
   */
  async stateOf(
    repository: string,
    { source, repository: sourceRepository }: SourceRepository,
  ): Promise<SourceState> {
    if (sourceRepository === undefined) return 'unknown';
    const name = `${source}:${sourceRepository}`;
    const asked = this.#asked.get(name) ?? this.#ask(source, sourceRepository);
    this.#asked.set(name, asked);
    const existence = await asked;
    const { suspicions, now = Date.now } = this.#parts;
    const suspicion = { ...this.#organization, repository, source, sourceRepository };
    if (existence === 'exists' && this.#mayBeSuspected(suspicion)) await suspicions.remove(suspicion);
    if (existence !== 'gone') return existence;
    const at = now();
    const first = await suspicions.add(suspicion, this.#sweep.id, new Date(at).toISOString());
    const isOld = at - Date.parse(first.firstGoneAt) >= DOUBT_MS;
    return isOld && first.firstSweep !== this.#sweep.id ? 'gone' : 'suspected';
  }

  /** A source repository that was said to be gone, and of whose owner another private repository must have been seen. */
  unprovenOf({ source, repository }: SourceRepository): string | undefined {
    return this.#unproven.get(`${source}:${repository}`);
  }

  async #ask(source: string, repository: string): Promise<Existence> {
    const { checkExistence, config } = this.#parts;
    // Nobody has said that the repositories are in the account and the region that would be asked.
    if (source === ECR && !config.events.confirmEcr) return 'unknown';
    try {
      return await checkExistence(source, repository, this.#deadline, 'repository', (evidence, owner) => {
        const sighting = sightingOf(source, owner, repository);
        if (evidence === 'private') this.sightings.add(sighting);
        else this.#unproven.set(`${source}:${repository}`, sighting);
      });
    } catch (error) {
      this.#complain(source, failureOf(error));
      return 'unknown';
    }
  }

  /** Once for each source: what is wrong with it is wrong with every question. */
  #complain(source: string, failure: Failure): void {
    if (this.#complaints.has(source)) return;
    this.#complaints.add(source);
    // That a source has no API is as it was configured.
    const level = failure.code === 'SOURCE_API_MISSING' ? 'debug' : 'warn';
    this.#parts.log[level]('source not asked', { source, ...failure });
  }
}
