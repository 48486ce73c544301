import * as v from 'valibot';
import type { Item } from '../aws/item.ts';
import type { Key, Table } from '../aws/table.ts';
import { deliveryIdsFrom } from '../cleanup/request.ts';
import { targetOf } from '../huaweicloud/names.ts';
import { parseSyncTask } from '../huaweicloud/sync-task.ts';
import { BY_DAY, BY_REPOSITORY, partitionOf, partitionOfLabel, prefixOfTasks } from './entry.ts';
import { totalsOf } from './totals.ts';

/** Both ends are ISO 8601 in UTC, and included. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

const entry = {
  pk: v.string(),
  sk: v.string(),
  /** ISO 8601, in UTC: first time the request was seen, or start of the deletion. */
  at: v.string(),
  /** Id of the delivery. */
  id: v.string(),
  /** The sender's own id of the delivery. */
  deliveryId: v.exactOptional(v.string()),
  source: v.exactOptional(v.string()),
  account: v.string(),
  namespace: v.string(),
  /** ARN of the caller, as the CLI reports it; missing if a function did the work. */
  by: v.exactOptional(v.string()),
};
const requestFieldsSchema = v.object({
  ...entry,
  kind: v.literal('request'),
  /** Missing for a whole organization. */
  repository: v.exactOptional(v.string()),
  occurredAt: v.exactOptional(v.string()),
  /** Number of attempts. */
  seen: v.number(),
  /** Time and caller of the latest `swr-sync failed retry`. */
  retriedAt: v.exactOptional(v.string()),
  retriedBy: v.exactOptional(v.string()),
  /** Time and caller of the latest `swr-sync failed drop`. */
  droppedAt: v.exactOptional(v.string()),
  droppedBy: v.exactOptional(v.string()),
  /** Missing until an attempt has ended. */
  closedAt: v.exactOptional(v.string()),
  /** Number of targets per outcome: of the latest attempt, but what any attempt has kept. */
  counts: v.optional(v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.number())), '{}'),
  /** Up to 100 kept and failed outcomes of the latest attempt. */
  noted: v.optional(v.pipe(v.string(), v.parseJson(), v.array(v.unknown())), '[]'),
  /** Digests of what any attempt has kept. Versions up to 0.1 wrote none. */
  kept: v.optional(v.array(v.string()), []),
});
const requestSchema = v.pipe(
  requestFieldsSchema,
  v.transform(({ kept, counts, ...rest }) => {
    const number = Math.max(kept.length, counts['kept'] ?? 0);
    return { ...rest, counts: number === 0 ? counts : { ...counts, kept: number } };
  }),
);
const taskSchema = v.object({
  ...entry,
  kind: v.literal('task'),
  repository: v.string(),
  target: v.pipe(v.string(), v.transform(targetOf)),
  /** As SWR listed it before; missing if it did not. */
  task: v.optional(v.pipe(v.string(), v.transform(parseSyncTask))),
  /** `intended`: the deletion was started, and its result is not recorded. */
  outcome: v.picklist(['intended', 'deleted', 'absent', 'failed']),
  settledAt: v.exactOptional(v.string()),
  /** Message of the failure. */
  message: v.exactOptional(v.string()),
  restoredAt: v.exactOptional(v.string()),
  /** ARN of the caller, as the CLI reports it. */
  restoredBy: v.exactOptional(v.string()),
});

/** With the key in the table as one value. */
function withKey<T extends Key>({ pk, sk, ...rest }: T) {
  return { ...rest, key: { pk, sk } };
}

/** A request with its result. */
export type RequestEntry = ReturnType<typeof withKey<v.InferOutput<typeof requestSchema>>>;
/** A task with its intended or finished deletion. */
export type TaskEntry = ReturnType<typeof withKey<v.InferOutput<typeof taskSchema>>>;
export type LedgerEntry = RequestEntry | TaskEntry;

/** Queries of the ledger. Every method throws a `ServiceError` (`LEDGER_UNAVAILABLE`) if the ledger can't be read. */
export class History {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
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

  /** The request with the counts of all its attempts. An entry by itself has those of the latest one. */
  async sumUp(request: RequestEntry): Promise<RequestEntry> {
    const { key, account, source, repository, seen } = request;
    if (seen === 1) return request;
    const beginsWith = prefixOfTasks(account, request, repository);
    const items = this.#table.query({ hash: ['pk', key.pk], range: { name: 'sk', beginsWith } });
    const entries = await Array.fromAsync(readEntries(items));
    const tasks = entries.filter((each) => each.kind === 'task').filter((each) => each.source === source);
    return { ...request, counts: totalsOf(request, tasks) };
  }

  /** Records the restore of a deleted task, at an ISO 8601 time, by a caller. */
  async markRestored({ key }: TaskEntry, at: string, by: string): Promise<void> {
    await this.#table.update({ key, set: { restoredAt: at, restoredBy: by } });
  }
}

/** Skips entries of other kinds. */
async function* readEntries(items: AsyncIterable<Item>): AsyncGenerator<LedgerEntry> {
  for await (const item of items) {
    const request = v.safeParse(requestSchema, item);
    if (request.success) yield withKey(request.output);
    const task = v.safeParse(taskSchema, item);
    if (task.success) yield withKey(task.output);
  }
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
