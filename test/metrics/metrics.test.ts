import { expect, test } from '@jest/globals';
import { logWithin } from '../../lib/log.ts';
import { Metrics } from '../../lib/metrics/metrics.ts';
import { captureOutput } from '../support/captured-output.ts';
import { parseMetricLine } from '../support/metric-line.ts';

const NOW = 1_795_489_200_000;

function gather() {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const metrics = new Metrics({ stage: 'prod', function: 'clean', write, now: () => NOW });
  return { metrics, lines, parsed: () => lines.map(parseMetricLine) };
}

test('what was measured is one line, in the form that CloudWatch takes out of a log', () => {
  const { metrics, lines } = gather();
  metrics.add('Requests', 1);
  metrics.add('SwrLatency', 7);
  metrics.add('Requests', 2);
  metrics.add('SwrLatency', 9);
  metrics.add('EventAge', 1.5);
  logWithin({ awsRequestId: 'a-1' }, () => metrics.flush());
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
    {
      _aws: {
        Timestamp: NOW,
        CloudWatchMetrics: [
          {
            Namespace: 'swr-sync-cleanup',
            Dimensions: [['Stage']],
            Metrics: [
              { Name: 'Requests', Unit: 'Count' },
              { Name: 'SwrLatency', Unit: 'Milliseconds' },
              { Name: 'EventAge', Unit: 'Seconds' },
            ],
          },
        ],
      },
      event: 'metrics',
      function: 'clean',
      awsRequestId: 'a-1',
      Stage: 'prod',
      Requests: 3,
      SwrLatency: [7, 9],
      EventAge: 1.5,
    },
  ]);
  // Where everybody looks who wants to leave such lines out.
  expect(lines[0]).toMatch(/^\{"_aws":/);
});

test('what is about a part of the configuration has a line of its own, with a second dimension', () => {
  const { metrics, lines } = gather();
  metrics.add('SecretsUnusable', 1, 'source github');
  metrics.add('Requests', 1);
  metrics.add('SecretsUnusable', 1, 'account main');
  metrics.add('SecretsUnusable', 2, 'source github');
  metrics.flush();
  metrics.flush();
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
    {
      _aws: { CloudWatchMetrics: [{ Dimensions: [['Stage'], ['Stage', 'Of']] }] },
      Stage: 'prod',
      Of: 'source github',
      SecretsUnusable: 3,
    },
    { _aws: { CloudWatchMetrics: [{ Dimensions: [['Stage']] }] }, Requests: 1 },
    { Of: 'account main', SecretsUnusable: 1 },
  ]);
  expect(lines[1]).not.toContain('"Of"');
});

test('nothing is written twice, and nothing where nothing was measured', () => {
  const { metrics, lines } = gather();
  metrics.flush();
  expect(lines).toEqual([]);
  metrics.add('DeadLettered', 1);
  metrics.flush();
  metrics.flush();
  expect(lines).toHaveLength(1);
});

test('more values than a line may hold go into several, and the counts into the first one', () => {
  const { metrics, parsed } = gather();
  metrics.add('Requests', 1);
  for (let ms = 1; ms <= 201; ms += 1) metrics.add('SwrLatency', ms);
  metrics.flush();
  const values = parsed().map((line) => line.values['SwrLatency'] ?? []);
  expect(values.map(({ length }) => length)).toEqual([100, 100, 1]);
  expect(values.flat()).toEqual(Array.from({ length: 201 }, (_, index) => index + 1));
  expect(parsed().map((line) => line.values['Requests'])).toEqual([[1], undefined, undefined]);
});

test('it goes to standard output as of now', () => {
  const output = captureOutput();
  const before = Date.now();
  const metrics = new Metrics({ stage: 'prod', function: 'clean' });
  metrics.add('DeadLettered', 1);
  metrics.flush();
  output.release();
  expect(output.lines).toHaveLength(1);
  expect(parseMetricLine(output.lines[0] ?? '').at).toBeGreaterThanOrEqual(before);
});
