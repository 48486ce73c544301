import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { watchQueues } from '../../e2e/soak/watch-queues.ts';
import { type Queues, startQueues } from '../../local/queues.ts';
import { parseMetricLine } from '../support/metric-line.ts';
import { waitUntil } from '../support/wait-until.ts';

let queues: Queues;
beforeAll(async () => {
  queues = await startQueues();
});
afterAll(() => queues.close());

test('what CloudWatch would know of the queues is written down under the names of a stage', async () => {
  queues.send('one');
  queues.send('two');
  const lines: string[] = [];
  const stop = watchQueues(queues.endpoint, 'soak', (line) => lines.push(line));
  await waitUntil('all three are written down', () => lines.length >= 3);
  stop();
  const values = lines.slice(0, 3).map((line) => {
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
