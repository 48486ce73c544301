import * as v from 'valibot';
import type { Item } from '../aws/item.ts';
import { type Key, Table } from '../aws/table.ts';
import { idsMeantBy } from '../cleanup/delivery-id.ts';
import type { Target } from '../huaweicloud/names.ts';
import { parseSyncTask, type SyncTask } from '../huaweicloud/sync-task.ts';
import { BY_DAY, BY_REPOSITORY, partitionOf, partitionOfLabel } from './entry.ts';

interface Entry {
  /** Where it is in the table. */
  readonly key: Key;
  /** ISO 8601, in UTC: when the request was first seen, or the deletion begun. */
  readonly at: string;
  /** Of the delivery that has led to it. */
  readonly id: string;
  /** The sender's own id of that delivery. */
  readonly deliveryId?: string;
  readonly source?: string;
  readonly account: string;
  readonly namespace: string;
}

/** A request, and what it has come to. */
export interface RequestEntry extends Entry {
  readonly kind: 'request';
  /** Missing where it was for a whole organization. */
  readonly repository?: string;
  readonly occurredAt?: string;
  /** How often it was tried. */
  readonly seen: number;
  /** Missing while it has not come to an end once. */
  readonly closedAt?: string;
  /** How many targets had each outcome, the last time. */
  readonly counts: Readonly<Record<string, number>>;
  /** What stayed and what failed, the last time: outcomes, 100 at the most. */
  readonly noted: readonly unknown[];
}

/** A task that was deleted, or was about to be. */
export interface TaskEntry extends Entry {
  readonly kind: 'task';
  readonly repository: string;
  readonly target: Target;
  /** As SWR showed it before; missing where SWR did not show it. */
  readonly task?: SyncTask;
  /** `intended`: the deletion was begun, and nobody has written down how it ended. */
  readonly outcome: 'intended' | 'deleted' | 'absent' | 'failed';
  readonly settledAt?: string;
  /** Why it failed. */
  readonly message?: string;
  readonly restoredAt?: string;
}

export type LedgerEntry = RequestEntry | TaskEntry;

/** From and to, ISO 8601 in UTC, both included. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

const entry = {
  pk: v.string(),
  sk: v.string(),
  at: v.string(),
  id: v.string(),
  deliveryId: v.exactOptional(v.string()),
  source: v.exactOptional(v.string()),
  account: v.string(),
  namespace: v.string(),
};
const requestSchema = v.object({
  ...entry,
  kind: v.literal('request'),
  repository: v.exactOptional(v.string()),
  occurredAt: v.exactOptional(v.string()),
  seen: v.number(),
  closedAt: v.exactOptional(v.string()),
  counts: v.optional(v.string(), '{}'),
  noted: v.optional(v.string(), '[]'),
});
const taskSchema = v.object({
  ...entry,
  kind: v.literal('task'),
  repository: v.string(),
  target: v.string(),
  task: v.exactOptional(v.string()),
  outcome: v.picklist(['intended', 'deleted', 'absent', 'failed']),
  settledAt: v.exactOptional(v.string()),
  message: v.exactOptional(v.string()),
  restoredAt: v.exactOptional(v.string()),
});
const countsSchema = v.record(v.string(), v.number());

/** What the ledger holds, for a person who asks. Every method throws `LEDGER_UNAVAILABLE` if it can't be read. */
export class History {
  readonly #table: Table;

  constructor(table: string) {
    this.#table = new Table(table);
  }

  /**
   * Everything that a delivery has led to.
   *
   * @param text its id, with the prefix of its channel or as AWS shows it, or the sender's own id.
   */
  async *ofDelivery(text: string): AsyncGenerator<LedgerEntry> {
    const ids = new Set(idsMeantBy(text));
    for await (const { id } of this.#table.query({ hash: ['pk', partitionOfLabel(text)] }))
      ids.add(String(id));
    for (const id of ids) yield* readEntries(this.#table.query({ hash: ['pk', partitionOf(id)] }));
  }

  /**
   * What happened to a repository, or to all of an organization, and the latest first. Of an organization, the repositories
   * come one after the other.
   */
  async *ofRepository(
    { account, namespace, repository }: { account: string; namespace: string; repository?: string },
    period: Period = { from: '', to: '~' },
  ): AsyncGenerator<LedgerEntry> {
    const found = this.#table.query({
      index: BY_REPOSITORY,
      hash: ['organization', `${account}/${namespace}`],
      newestFirst: true,
      ...(repository !== undefined && {
        range: {
          name: 'repositoryAt',
          from: `${repository}#${period.from}`,
          to: `${repository}#${period.to}`,
        },
      }),
    });
    for await (const each of readEntries(found)) {
      if (each.at >= period.from && each.at <= period.to) yield each;
    }
  }

  /** What happened in a period, day by day, and the earliest first. */
  async *ofPeriod({ from, to }: Period): AsyncGenerator<LedgerEntry> {
    const range = { name: 'at', from, to };
    for (const day of daysOf({ from, to })) {
      yield* readEntries(this.#table.query({ index: BY_DAY, hash: ['day', day], range }));
    }
  }

  /** Writes down that a deleted task is there again. */
  async markRestored({ key }: TaskEntry, at: string): Promise<void> {
    await this.#table.update({ key, set: { restoredAt: at } });
  }
}

async function* readEntries(items: AsyncIterable<Item>): AsyncGenerator<LedgerEntry> {
  for await (const item of items) {
    const read = readEntry(item);
    if (read !== undefined) yield read;
  }
}

/** Undefined if it is of another kind. */
function readEntry(item: Item): LedgerEntry | undefined {
  const request = v.safeParse(requestSchema, item);
  if (request.success) {
    const { pk, sk, counts, noted, ...rest } = request.output;
    const list: unknown = JSON.parse(noted);
    return {
      ...rest,
      key: { pk, sk },
      counts: v.parse(countsSchema, JSON.parse(counts)),
      noted: Array.isArray(list) ? list : [],
    };
  }
  const parsed = v.safeParse(taskSchema, item);
  if (!parsed.success) return undefined;
  const { pk, sk, target, task, ...rest } = parsed.output;
  const [remoteRegionId = '', remoteNamespace = ''] = target.split('/');
  const shown = task === undefined ? undefined : parseSyncTask(task);
  return {
    ...rest,
    key: { pk, sk },
    target: { remoteRegionId, remoteNamespace },
    ...(shown && { task: shown }),
  };
}

/** Every day from the first to the last one, as `YYYY-MM-DD`. */
function daysOf({ from, to }: Period): string[] {
  const days: string[] = [];
  const end = to.slice(0, 10);
  for (const day = new Date(`${from.slice(0, 10)}T00:00:00Z`); ; day.setUTCDate(day.getUTCDate() + 1)) {
    const text = day.toISOString().slice(0, 10);
    if (text > end) return days;
    days.push(text);
  }
}
