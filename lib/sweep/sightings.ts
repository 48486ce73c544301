import { createHash } from 'node:crypto';
import type { Finding, FoundTask, Page, Sweep, SweepLedger } from './ledger.ts';

/** 96 bits, so that a page has a bounded size, however long its names are. */
const MARK_LENGTH = 16;
/** Two of an owner are enough: one of them is not the repository in question. */
const OF_AN_OWNER = 2;
const OF_A_PAGE = 1000;

/**
 * Identifies a source repository and its owner in the ledger: a mark of the owner, and one of the repository.
 *
 * @param owner as the source writes it, in lower case.
 */
export function sightingOf(source: string, owner: string, repository: string): string {
  return mark(`${source}:${owner}`) + mark(repository.toLowerCase());
}

function mark(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, MARK_LENGTH);
}

/** Private repositories that a sweep saw at their sources: they prove that the credentials still see those of an owner. */
export class Sightings {
  readonly #ofOwner = new Map<string, Set<string>>();

  /** @throws {ServiceError} `LEDGER_UNAVAILABLE` */
  static async of(ledger: Pick<SweepLedger, 'pages'>, sweep: Sweep): Promise<Sightings> {
    const sightings = new Sightings();
    for await (const page of ledger.pages(sweep)) sightings.addPage(page);
    return sightings;
  }

  addPage({ sighted = [] }: Page): void {
    for (const sighting of sighted) this.add(sighting);
  }

  add(sighting: string): void {
    const owner = sighting.slice(0, MARK_LENGTH);
    const seen = this.#ofOwner.get(owner) ?? new Set();
    if (seen.size < OF_AN_OWNER) seen.add(sighting);
    this.#ofOwner.set(owner, seen);
  }

  /** As much of it as a page keeps. */
  toList(): readonly string[] {
    return [...this.#ofOwner.values()].flatMap((seen) => [...seen]).slice(0, OF_A_PAGE);
  }

  /** Splits the tasks of a finding into those that may go, and those held back because nothing proves that their source is gone. */
  split(finding: Finding): { readonly standing: Finding; readonly held: Finding } {
    const { standing = [], held = [] } = Object.groupBy(finding.tasks, (task) =>
      this.#isProven(task) ? 'standing' : 'held',
    );
    return { standing: { ...finding, tasks: standing }, held: { ...finding, tasks: held } };
  }

  /** Another private repository was seen of each owner that has no canary. */
  #isProven({ unproven = [] }: FoundTask): boolean {
    return unproven.every((sighting) => {
      const seen = this.#ofOwner.get(sighting.slice(0, MARK_LENGTH)) ?? [];
      return [...seen].some((each) => each !== sighting);
    });
  }
}
