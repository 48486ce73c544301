import * as v from 'valibot';
import { compareTimes } from '../../cleanup/compare-times.ts';
import type { CleanupLedger, Ending, Intent, OpenedRequest } from '../../cleanup/ledger.ts';
import type { Outcome } from '../../cleanup/outcome.ts';
import type { CleanupRequest } from '../../cleanup/request.ts';
import { nameOf, parseSyncTask } from '../../huaweicloud/sync-task.ts';
import { keyOfRequest, keyOfTask, partitionOf, placeInIndexes, prefixOfTasks } from './entry.ts';
import type { Item } from './item.ts';
import { Table } from './table.ts';

/** An entry of the ledger may have 400 KB, and nobody reads a thousand reasons. */
const MAX_NOTED = 100;

export interface LedgerOptions {
  readonly table: string;
  /** The account of a request that names none. */
  readonly defaultAccount: string;
  readonly retentionDays: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

const taskSchema = v.object({
  outcome: v.string(),
  source: v.exactOptional(v.string()),
  repository: v.string(),
  target: v.string(),
  task: v.optional(v.string()),
});

/** The ledger in DynamoDB. */
export class DynamoLedger implements CleanupLedger {
  readonly #table: Table;
  readonly #options: LedgerOptions;
  readonly #now: () => number;

  constructor(options: LedgerOptions) {
    this.#table = new Table(options.table);
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async open(request: CleanupRequest): Promise<OpenedRequest> {
    const account = this.#accountOf(request);
    const { id, source, namespace, repository, occurredAt } = request;
    const now = this.#now();
    const { at, ...places } = placeInIndexes({ ...request, account }, now, this.#options.retentionDays);
    const item = await this.#table.update({
      key: keyOfRequest(account, request),
      setIfMissing: {
        kind: 'request',
        id,
        source,
        account,
        namespace,
        repository,
        occurredAt,
        at,
        ...places,
      },
      add: { seen: 1 },
    });
    const repeated = Number(item?.['seen']) > 1;
    if (!repeated) return { repeated, request };
    // What it says happened before it was first seen, whatever it says when it comes again.
    const times = [occurredAt, textOf(item, 'occurredAt'), textOf(item, 'at')];
    const first = times.reduce((one, other) => earlierOf(one, other));
    return { repeated, request: first === undefined ? request : { ...request, occurredAt: first } };
  }

  begun(request: CleanupRequest): Promise<readonly Intent[]> {
    const prefix = prefixOfTasks(this.#accountOf(request), request);
    return this.#find(request, prefix, ['intended', 'deleted']);
  }

  unsettled(request: CleanupRequest, repository: string): Promise<readonly Intent[]> {
    const prefix = prefixOfTasks(this.#accountOf(request), request, repository);
    return this.#find(request, prefix, ['intended', 'failed']);
  }

  async #find(request: CleanupRequest, prefix: string, outcomes: readonly string[]): Promise<Intent[]> {
    const intents: Intent[] = [];
    const entries = this.#table.query({
      hash: ['pk', partitionOf(request.id)],
      range: { name: 'sk', beginsWith: prefix },
    });
    for await (const item of entries) {
      const parsed = v.safeParse(taskSchema, item);
      if (!parsed.success || parsed.output.source !== request.source) continue;
      const { outcome, repository, target, task } = parsed.output;
      if (!outcomes.includes(outcome)) continue;
      const [remoteRegionId = '', remoteNamespace = ''] = target.split('/');
      const shown = task === undefined ? undefined : parseSyncTask(task);
      intents.push({
        repository,
        target: { remoteRegionId, remoteNamespace },
        ...(shown && { task: shown }),
      });
    }
    return intents;
  }

  async intend(request: CleanupRequest, intent: Intent): Promise<{ readonly begunBefore: boolean }> {
    const account = this.#accountOf(request);
    const { repository, target, task } = intent;
    const { id, source, namespace } = request;
    const before = await this.#table.update(
      {
        key: keyOfTask(account, request, intent),
        set: { outcome: 'intended' },
        setIfMissing: {
          kind: 'task',
          id,
          source,
          account,
          namespace,
          repository,
          target: nameOf(target),
          task: task && JSON.stringify(task),
          ...placeInIndexes({ account, namespace, repository }, this.#now(), this.#options.retentionDays),
        },
        onlyIf: { outcome: ['intended', 'absent', 'failed'] },
      },
      'before',
    );
    return { begunBefore: before?.['outcome'] === 'intended' };
  }

  async settle(request: CleanupRequest, intent: Intent, ending: Ending): Promise<void> {
    const failed = ending.outcome === 'failed';
    // What may pass may also have been carried out, and only its answer was lost.
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
    await this.#table.update({
      key: keyOfRequest(this.#accountOf(request), request),
      set: {
        closedAt: new Date(this.#now()).toISOString(),
        counts: JSON.stringify(countByKind(outcomes)),
        noted: JSON.stringify(noted.slice(0, MAX_NOTED), (key, value: unknown) =>
          key === 'task' ? undefined : value,
        ),
      },
    });
  }

  #accountOf({ account = this.#options.defaultAccount }: CleanupRequest): string {
    return account;
  }
}

function textOf(item: Item | undefined, name: string): string | undefined {
  const value = item?.[name];
  return typeof value === 'string' ? value : undefined;
}

function earlierOf(one?: string, other?: string): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return compareTimes(one, other) > 0 ? other : one;
}

function countByKind(outcomes: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
