import type { SQSBatchResponse } from 'aws-lambda';
import { Queue } from '../../lib/aws/queue.ts';
import type { Table } from '../../lib/aws/table.ts';
import { Cleaner } from '../../lib/cleanup/cleaner.ts';
import type { Config } from '../../lib/config/config.ts';
import type { Deadline } from '../../lib/deadline.ts';
import { Accounts } from '../../lib/huaweicloud/accounts.ts';
import { DynamoLedger } from '../../lib/ledger/cleanup-ledger.ts';
import { type CleanContext, cleanBatch } from '../../lib/queue/clean-batch.ts';
import { DeadLetters } from '../../lib/queue/dead-letters.ts';
import { findSources } from '../../lib/routing/find-sources.ts';
import { createCheckExistence } from '../../lib/sources/check-existence.ts';
import type { ReadSecret } from '../../lib/stored-secret.ts';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { acmeConfig } from './acme-config.ts';
import { SECRET, startCloud } from './cloud.ts';
import { noHurry } from './deadline.ts';
import { type BusOnLoopback, startEventBus } from './event-bus.ts';
import { MemoryTable } from './memory-table.ts';
import { type RecordedLog, recordLog } from './recorded-log.ts';
import { type Sqs, startSqs } from './sqs.ts';
import { useOnce } from './use.ts';

interface Differences {
  readonly config?: Partial<Config>;
  readonly maxReceiveCount?: number;
  readonly queueUrl?: string;
  readonly deadLetterQueueUrl?: string;
  readonly read?: ReadSecret;
  readonly cloudUrl?: string;
  /** In memory if missing. */
  readonly table?: Table;
}

/** Both clouds on loopback, and what the function `clean` is made of. */
export interface Cleaning {
  readonly cloud: Emulator;
  readonly sqs: Sqs;
  /** Where the ledger is, unless a context has another. */
  readonly table: MemoryTable;
  readonly bus: BusOnLoopback;
  readonly recorded: RecordedLog;
  /** Context of a new container: no token, and no rejected passwords. */
  context(differences?: Differences): CleanContext;
  /** Receives a batch, works it off, and deletes what may go. */
  workOff(context?: CleanContext, deadline?: Deadline): Promise<SQSBatchResponse>;
  close(): Promise<void>;
}

export async function startCleaning(): Promise<Cleaning> {
  const [cloud, sqs] = await Promise.all([startCloud(), startSqs()]);
  const memory = new MemoryTable();
  const bus = await startEventBus();
  const recorded = recordLog();
  const { log } = recorded;
  const contextOf = (differences: Differences = {}): CleanContext => {
    const merged = acmeConfig(differences.cloudUrl ?? cloud.url, differences.config);
    const read = differences.read ?? (() => Promise.resolve(SECRET));
    const deadLetterQueue = new Queue(differences.deadLetterQueueUrl ?? sqs.deadLetterQueueUrl);
    const events = bus.open(log);
    return {
      config: merged,
      cleaner: new Cleaner({
        config: merged,
        accounts: new Accounts(merged.accounts, read, log),
        checkExistence: createCheckExistence(merged, read),
        findSources: (place) => findSources(merged.routes, place),
        ledger: new DynamoLedger({
          table: differences.table ?? memory,
          defaultAccount: merged.defaultAccount,
          retentionDays: merged.ledger.retentionDays,
        }),
        log,
      }),
      queue: new Queue(differences.queueUrl ?? sqs.cleanupQueueUrl),
      deadLetters: new DeadLetters(deadLetterQueue, events, log),
      bus: events,
      maxReceiveCount: differences.maxReceiveCount ?? 5,
      log,
    };
  };
  return {
    cloud,
    sqs,
    table: memory,
    bus,
    recorded,
    context: contextOf,
    async workOff(context = contextOf(), deadline = noHurry) {
      const records = await sqs.receive();
      const answer = await cleanBatch({ Records: records }, deadline, context);
      await context.bus.flush();
      await sqs.finish(records, answer);
      return answer;
    },
    async close() {
      // In the opposite order: each puts back the variables that it found.
      await bus.close();
      await Promise.all([cloud.close(), sqs.close()]);
    },
  };
}

/** Starts both clouds for the tests of a file, and forgets faults, calls, messages and log lines after each. */
export function useCleaning(): Cleaning {
  return useOnce(startCleaning, ({ cloud, recorded, sqs }) => {
    cloud.clearFaults();
    cloud.journal.clear();
    recorded.clear();
    sqs.empty();
  });
}
