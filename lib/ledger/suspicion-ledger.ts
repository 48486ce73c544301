import * as v from 'valibot';
import { type Key, Table } from '../aws/table.ts';
import type { Organization, Suspicion, SuspicionLedger } from '../sweep/ledger.ts';
import { placeInDays } from './entry.ts';

/** Longer than the time between two sweeps of any schedule. */
const RETENTION_DAYS = 90;
/** So many are read at once; where there are more, each has to be looked up by writing. */
const MOST_READ = 1000;

const suspicionSchema = v.object({ firstGoneAt: v.string(), firstSweep: v.string() });

/**
 * What sources were heard to say, in DynamoDB. Those of an organization are in one place, so that a page of repositories reads
 * them once: in most organizations there is none.
 */
export class DynamoSuspicionLedger implements SuspicionLedger {
  readonly #table: Table;

  constructor(table: string) {
    this.#table = new Table(table);
  }

  async mayBeThere(organization: Organization): Promise<(suspicion: Suspicion) => boolean> {
    const { items, after } = await this.#table.queryPage({
      hash: ['pk', partitionOf(organization)],
      limit: MOST_READ,
    });
    const known = new Set(items.map(({ sk }) => sk));
    return after === undefined ? (suspicion) => known.has(keyOf(suspicion).sk) : () => true;
  }

  async add(suspicion: Suspicion, sweepId: string, at: string) {
    const item = await this.#table.update({
      key: keyOf(suspicion),
      set: { lastGoneAt: at, expiresAt: placeInDays(Date.parse(at), RETENTION_DAYS).expiresAt },
      setIfMissing: { kind: 'suspicion', firstGoneAt: at, firstSweep: sweepId },
    });
    return v.parse(suspicionSchema, item);
  }

  async remove(suspicion: Suspicion): Promise<void> {
    await this.#table.remove(keyOf(suspicion));
  }
}

function partitionOf({ account, namespace }: Organization): string {
  return `suspicion#${account}/${namespace}`;
}

function keyOf(suspicion: Suspicion): Key {
  const { repository, source, sourceRepository } = suspicion;
  return { pk: partitionOf(suspicion), sk: `${repository}#${source}:${sourceRepository}` };
}
