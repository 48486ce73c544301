import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeQueueMetrics } from '../../e2e/soak/queue-metrics.ts';
import { type Queues, startQueues } from '../../local/queues.ts';
import { parseMetricLine } from '../support/metric-line.ts';

let queues: Queues;
beforeAll(async () => {
  queues = await startQueues();
});
afterAll(() => queues.close());

test('writes what CloudWatch would know of the queues, under the names of a stage', () => {
  queues.send('one');
  queues.send('two');
  const lines: string[] = [];
  writeQueueMetrics(queues, 'soak', (line) => lines.push(line));
  const values = lines.map((line) => {
    const { fields, values: measured } = parseMetricLine(line);
    return [fields['QueueName'], measured['ApproximateNumberOfMessagesVisible']];
  });
  expect(values).toEqual([
    ['swr-sync-cleanup-soak', [2]],
    ['swr-sync-cleanup-soak-sweep', [0]],
    ['swr-sync-cleanup-soak-dead-letters', [0]],
  ]);
  const [age = Number.NaN] = parseMetricLine(lines[0] ?? '').values['ApproximateAgeOfOldestMessage'] ?? [];
  expect(age).toBeGreaterThanOrEqual(0);
});
