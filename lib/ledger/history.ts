import * as v from 'valibot';
import type { Item } from '../aws/item.ts';
import { type Key, Table } from '../aws/table.ts';
import { deliveryIdsFrom } from '../cleanup/request.ts';
import type { Target } from '../huaweicloud/names.ts';
import { parseSyncTask, type SyncTask } from '../huaweicloud/sync-task.ts';
import { BY_DAY, BY_REPOSITORY, partitionOf, partitionOfLabel } from './entry.ts';

interface BaseEntry {
  /** Key in the table. */
  readonly key: Key;
  /** ISO 8601, in UTC: first time the request was seen, or start of the deletion. */
  readonly at: string;
  /** Id of the delivery. */
  readonly id: string;
  /** The sender's own id of the delivery. */
  readonly deliveryId?: string;
  readonly source?: string;
  readonly account: string;
  readonly namespace: string;
}

/** A request with its result. */
export interface RequestEntry extends BaseEntry {
  readonly kind: 'request';
  /** Missing for a whole organization. */
  readonly repository?: string;
  readonly occurredAt?: string;
  /** Number of attempts. */
  readonly seen: number;
  /** Missing until an attempt has ended. */
  readonly closedAt?: string;
  /** Number of targets per outcome, in the latest attempt. */
  readonly counts: Readonly<Record<string, number>>;
  /** Up to 100 kept and failed outcomes of the latest attempt. */
  readonly noted: readonly unknown[];
}

/** A task with its intended or finished deletion. */
export interface TaskEntry extends BaseEntry {
  readonly kind: 'task';
  readonly repository: string;
  readonly target: Target;
  /** As SWR listed it before; missing if it did not. */
  readonly task?: SyncTask;
  /** `intended`: the deletion was started, and its result is not recorded. */
  readonly outcome: 'intended' | 'deleted' | 'absent' | 'failed';
  readonly settledAt?: string;
  /** Message of the failure. */
  readonly message?: string;
  readonly restoredAt?: string;
}

export type LedgerEntry = RequestEntry | TaskEntry;

/** Both ends are ISO 8601 in UTC, and included. */
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
const requestEntrySchema = v.object({
  ...entry,
  kind: v.literal('request'),
  repository: v.exactOptional(v.string()),
  occurredAt: v.exactOptional(v.string()),
  seen: v.number(),
  closedAt: v.exactOptional(v.string()),
  counts: v.optional(v.string(), '{}'),
  noted: v.optional(v.string(), '[]'),
});
const taskEntrySchema = v.object({
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
const entryCountsSchema = v.record(v.string(), v.number());

/** Queries of the ledger. Every method throws a `ServiceError` (`LEDGER_UNAVAILABLE`) if the ledger can't be read. */
export class History {
  readonly #table: Table;

  constructor(table: string) {
    this.#table = new Table(table);
  }

  /**
   * All entries of a delivery.
   *
   * @param text its id, with the prefix of its channel or as AWS shows it, or the sender's own id.
   */
  async *ofDelivery(text: string): AsyncGenerator<LedgerEntry> {
    const ids = new Set(deliveryIdsFrom(text));
    for await (const { id } of this.#table.query({ hash: ['pk', partitionOfLabel(text)] }))
      ids.add(String(id));
    for (const id of ids) yield* readEntries(this.#table.query({ hash: ['pk', partitionOf(id)] }));
  }

  /**
   * Entries of a repository, or of all repositories of an organization one after the other, newest first.
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

  /** Entries of a period, oldest first. */
  async *ofPeriod({ from, to }: Period): AsyncGenerator<LedgerEntry> {
    const range = { name: 'at', from, to };
    for (const day of daysOf({ from, to })) {
      yield* readEntries(this.#table.query({ index: BY_DAY, hash: ['day', day], range }));
    }
  }

  /** Records the restore of a deleted task, at an ISO 8601 time. */
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

/** Undefined for an entry of another kind. */
function readEntry(item: Item): LedgerEntry | undefined {
  const request = v.safeParse(requestEntrySchema, item);
  if (request.success) {
    const { pk, sk, counts, noted, ...rest } = request.output;
    const list: unknown = JSON.parse(noted);
    return {
      ...rest,
      key: { pk, sk },
      counts: v.parse(entryCountsSchema, JSON.parse(counts)),
      noted: Array.isArray(list) ? list : [],
    };
  }
  const parsed = v.safeParse(taskEntrySchema, item);
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

/** Days of a period, as `YYYY-MM-DD`. */
function daysOf({ from, to }: Period): string[] {
  const days: string[] = [];
  const end = to.slice(0, 10);
  for (const day = new Date(`${from.slice(0, 10)}T00:00:00Z`); ; day.setUTCDate(day.getUTCDate() + 1)) {
    const text = day.toISOString().slice(0, 10);
    if (text > end) return days;
    days.push(text);
  }
}
