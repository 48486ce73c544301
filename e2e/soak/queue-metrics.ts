import { resourceNamesOf } from '../../lib/resource-names.ts';
import type { Queues } from '../../local/queues.ts';

const QUEUES = ['cleanupQueue', 'sweepQueue', 'deadLetterQueue'] as const;
const METRICS = [
  { Name: 'ApproximateNumberOfMessagesVisible', Unit: 'Count' },
  { Name: 'ApproximateAgeOfOldestMessage', Unit: 'Seconds' },
];

/**
 * Writes what CloudWatch would know of the queues of the local stack, in the embedded metric format: no function prints it.
 *
 * @param stage whose names the queues get.
 */
export function writeQueueMetrics(
  queues: Pick<Queues, 'depth'>,
  stage: string,
  write: (line: string) => void,
): void {
  const names = resourceNamesOf(stage);
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
}
