import { resourceNamesOf } from '../../lib/resource-names.ts';
import type { Queues } from '../../local/queues.ts';

const EVERY_MS = 1000;
const QUEUES = ['cleanupQueue', 'sweepQueue', 'deadLetterQueue'] as const;
const METRICS = [
  { Name: 'ApproximateNumberOfMessagesVisible', Unit: 'Count' },
  { Name: 'ApproximateAgeOfOldestMessage', Unit: 'Seconds' },
];

/**
 * Writes every second what CloudWatch would know of the queues of the local stack, in the embedded metric format: no function
 * prints it.
 *
 * @param stage whose names the queues get.
 * @returns a function that ends it.
 */
export function watchQueues(
  queues: Pick<Queues, 'depth'>,
  stage: string,
  write: (line: string) => void,
): () => void {
  const names = resourceNamesOf(stage);
  const writeAll = () => {
    for (const key of QUEUES) {
      const { waiting, oldestAt } = queues.depth(key);
      const now = Date.now();
      const directive = { Namespace: 'AWS/SQS', Dimensions: [['QueueName']], Metrics: METRICS };
      const line = {
        _aws: { Timestamp: now, CloudWatchMetrics: [directive] },
        QueueName: names[key],
        ApproximateNumberOfMessagesVisible: waiting,
        ApproximateAgeOfOldestMessage: Math.round(Math.max(0, now - oldestAt) / 1000),
      };
      write(JSON.stringify(line));
    }
  };
  writeAll();
  const timer = setInterval(writeAll, EVERY_MS);
  return () => clearInterval(timer);
}
