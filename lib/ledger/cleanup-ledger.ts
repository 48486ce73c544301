import * as v from 'valibot';
import type { Item } from '../aws/item.ts';
import type { Table } from '../aws/table.ts';
import type { CleanupLedger, Ending, Intent, OpenedRequest } from '../cleanup/ledger.ts';
import { countOutcomes, type Outcome, TOO_MANY_TASKS } from '../cleanup/outcome.ts';
import { arrivedAt, type CleanupRequest } from '../cleanup/request.ts';
import { nameOf, targetOf } from '../huaweicloud/names.ts';
import { parseSyncTask } from '../huaweicloud/sync-task.ts';
import {
  dayOf,
  digestOf,
  keyOfLabel,
  keyOfRequest,
  keyOfTask,
  partitionOf,
  placeInIndexes,
  prefixOfTasks,
  TASKS,
} from './entry.ts';

/** Outcomes recorded with a request: an item of DynamoDB has at most 400 KB. */
const MAX_NOTED = 100;

export interface LedgerOptions {
  readonly table: Table;
  /** Account of a request without one. */
  readonly defaultAccount: string;
  readonly retentionDays: number;
  /** ARN of the caller, where a person does the work. */
  readonly by?: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

const unsettledSchema = v.object({
  outcome: v.picklist(['intended', 'failed']),
  source: v.exactOptional(v.string()),
  target: v.string(),
  task: v.optional(v.string()),
});

/** Cleanup ledger in DynamoDB. */
export class DynamoLedger implements CleanupLedger {
  readonly #table: Table;
  readonly #options: LedgerOptions;
  readonly #now: () => number;

  constructor(options: LedgerOptions) {
    this.#table = options.table;
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async open(request: CleanupRequest): Promise<OpenedRequest> {
    const account = this.#accountOf(request);
    const { id, deliveryId, source, namespace, repository, occurredAt } = request;
    const now = this.#now();
    const { at, ...places } = placeInIndexes({ ...request, account }, now, this.#options.retentionDays);
    const [item] = await Promise.all([
      this.#table.update({
        key: keyOfRequest(account, request),
        setIfMissing: {
          kind: 'request',
          id,
          deliveryId: deliveryId?.toWellFormed(),
          source,
          account,
          namespace,
          repository,
          occurredAt,
          at,
          by: this.#options.by,
          ...places,
        },
        add: { seen: 1 },
      }),
      // At the same time: an index would cost as much.
      deliveryId !== undefined &&
        this.#table.update({
          key: keyOfLabel(deliveryId, id),
          setIfMissing: { kind: 'label', id, expiresAt: places.expiresAt },
        }),
    ]);
    const repeated = Number(item?.['seen']) > 1;
    // The event happened before the request was first seen, whatever its own time says.
    const first = stringAt(item, 'at') ?? at;
    if (!repeated)
      return { repeated, request: occurredAt === undefined ? request : arrivedAt(request, first) };
    return { repeated, request: arrivedAt(arrivedAt(request, stringAt(item, 'occurredAt')), first) };
  }

  keyOf(request: CleanupRequest, intent: Intent): string {
    return keyOfTask(this.#accountOf(request), request, intent).sk;
  }

  async started({ id }: CleanupRequest): Promise<readonly string[]> {
    const started: string[] = [];
    for await (const item of this.#tasksOf(id, TASKS)) {
      const counts =
        item['outcome'] === 'failed' ? item['code'] === TOO_MANY_TASKS : item['outcome'] !== 'absent';
      if (counts) started.push(String(item['sk']));
    }
    return started;
  }

  async unsettled(request: CleanupRequest, repository: string): Promise<readonly Intent[]> {
    const intents: Intent[] = [];
    const prefix = prefixOfTasks(this.#accountOf(request), request, repository);
    for await (const item of this.#tasksOf(request.id, prefix)) {
      const parsed = v.safeParse(unsettledSchema, item);
      if (!parsed.success || parsed.output.source !== request.source) continue;
      const { target, task } = parsed.output;
      const shown = task === undefined ? undefined : parseSyncTask(task);
      intents.push({ repository, target: targetOf(target), ...(shown && { task: shown }) });
    }
    return intents;
  }

  #tasksOf(id: string, prefix: string): AsyncGenerator<Item> {
    return this.#table.query({ hash: ['pk', partitionOf(id)], range: { name: 'sk', beginsWith: prefix } });
  }

  async intend(request: CleanupRequest, intent: Intent): Promise<{ readonly repeated: boolean }> {
    const account = this.#accountOf(request);
    const { repository, target, task } = intent;
    const { id, deliveryId, source, namespace } = request;
    const before = await this.#table.update(
      {
        key: keyOfTask(account, request, intent),
        set: { outcome: 'intended' },
        setIfMissing: {
          kind: 'task',
          id,
          deliveryId: deliveryId?.toWellFormed(),
          source,
          account,
          namespace,
          repository,
          target: nameOf(target),
          task: task && JSON.stringify(task),
          by: this.#options.by,
          ...placeInIndexes({ account, namespace, repository }, this.#now(), this.#options.retentionDays),
        },
        onlyIf: { outcome: ['intended', 'absent', 'failed'] },
      },
      'before',
    );
    return { repeated: before?.['outcome'] === 'intended' };
  }

  async settle(request: CleanupRequest, intent: Intent, ending: Ending): Promise<void> {
    const failed = ending.outcome === 'failed';
    // After a transient failure the task may be deleted: only the answer was lost.
    const outcome = failed && ending.retryable ? 'intended' : ending.outcome;
    await this.#table.update({
      key: keyOfTask(this.#accountOf(request), request, intent),
      set: {
        outcome,
        settledAt: new Date(this.#now()).toISOString(),
        ...(failed && { code: ending.code, message: ending.message }),
      },
      onlyIf: { outcome: ['intended', 'absent', 'failed'] },
    });
  }

  async close(request: CleanupRequest, outcomes: readonly Outcome[]): Promise<void> {
    const noted = outcomes.filter(({ outcome }) => outcome === 'kept' || outcome === 'failed');
    const kept = new Set(outcomes.filter(({ outcome }) => outcome === 'kept').map(digestOf));
    await this.#table.update({
      key: keyOfRequest(this.#accountOf(request), request),
      set: {
        closedAt: new Date(this.#now()).toISOString(),
        counts: JSON.stringify(countOutcomes(outcomes), (_, value: unknown) =>
          value === 0 ? undefined : value,
        ),
        noted: JSON.stringify(noted.slice(0, MAX_NOTED), (key, value: unknown) =>
          key === 'task' ? undefined : value,
        ),
      },
      // A set: what another attempt has kept, too, counts once.
      add: { kept: kept.size === 0 ? undefined : [...kept] },
    });
  }

  /** Records that the caller has retried or dropped a dead-lettered request. */
  async markDeadLetter(request: CleanupRequest, done: 'retried' | 'dropped'): Promise<void> {
    const now = this.#now();
    await this.#table.update({
      key: keyOfRequest(this.#accountOf(request), request),
      set: { [`${done}At`]: new Date(now).toISOString(), [`${done}By`]: this.#options.by },
      // A request that was rejected unopened has no entry yet.
      setIfMissing: { expiresAt: dayOf(now, this.#options.retentionDays).expiresAt },
    });
  }

  #accountOf({ account = this.#options.defaultAccount }: CleanupRequest): string {
    return account;
  }
}

function stringAt(item: Item | undefined, name: string): string | undefined {
  const value = item?.[name];
  return typeof value === 'string' ? value : undefined;
}
