import type { SQSBatchResponse } from 'aws-lambda';
import { type CleanContext, cleanBatch } from '../../lib/aws/clean-batch.ts';
import { DeadLetters } from '../../lib/aws/dead-letters.ts';
import { Queue } from '../../lib/aws/queue.ts';
import { Cleaner } from '../../lib/cleanup/cleaner.ts';
import type { Config } from '../../lib/config/config.ts';
import type { Deadline } from '../../lib/deadline.ts';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { acmeConfig } from './acme-config.ts';
import { SECRET, startCloud } from './cloud.ts';
import { noHurry } from './deadline.ts';
import { type RecordedLog, recordLog } from './recorded-log.ts';
import { type Sqs, startSqs } from './sqs.ts';

interface Differences {
  readonly config?: Partial<Config>;
  readonly maxReceiveCount?: number;
  readonly queueUrl?: string;
  readonly deadLetterQueueUrl?: string;
}

/** Both clouds on loopback, and what the function `clean` is made of. */
export interface Cleaning {
  readonly cloud: Emulator;
  readonly sqs: Sqs;
  readonly recorded: RecordedLog;
  /** What a container has that has just started: no token, and no memory of refused passwords. */
  context(differences?: Differences): CleanContext;
  /** Receives a batch, works it off, and deletes what may go. */
  workOff(context?: CleanContext, deadline?: Deadline): Promise<SQSBatchResponse>;
  close(): Promise<void>;
}

export async function startCleaning(): Promise<Cleaning> {
  const [cloud, sqs] = await Promise.all([startCloud(), startSqs()]);
  const recorded = recordLog();
  const { log } = recorded;
  const contextOf = (differences: Differences = {}): CleanContext => {
    const merged = acmeConfig(cloud.url, differences.config);
    const deadLetterQueue = new Queue(differences.deadLetterQueueUrl ?? sqs.deadLetterQueueUrl);
    return {
      config: merged,
      cleaner: new Cleaner(merged, () => Promise.resolve(SECRET), log),
      queue: new Queue(differences.queueUrl ?? sqs.cleanupQueueUrl),
      deadLetters: new DeadLetters(deadLetterQueue, log),
      maxReceiveCount: differences.maxReceiveCount ?? 5,
      log,
    };
  };
  return {
    cloud,
    sqs,
    recorded,
    context: contextOf,
    async workOff(context = contextOf(), deadline = noHurry) {
      const records = await sqs.receive();
      const answer = await cleanBatch({ Records: records }, deadline, context);
      await sqs.finish(records, answer);
      return answer;
    },
    async close() {
      await Promise.all([cloud.close(), sqs.close()]);
    },
  };
}
