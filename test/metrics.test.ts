import { expect, test } from '@jest/globals';
import { createMetrics } from '../lib/metrics.ts';
import { captureOutput } from './support/captured-output.ts';

test('numbers that belong together are one line, in the form that CloudWatch takes out of a log', () => {
  const lines: string[] = [];
  const putMetrics = createMetrics(
    'prod',
    (line) => lines.push(line),
    () => 1_795_489_200_000,
  );
  putMetrics({ SweepsRefused: 0, SweepTasksSeen: 12 });
  putMetrics({ CleanupLagMs: 7 }, 'Milliseconds');
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
    {
      _aws: {
        Timestamp: 1_795_489_200_000,
        CloudWatchMetrics: [
          {
            Namespace: 'swr-sync-cleanup',
            Dimensions: [['Stage']],
            Metrics: [
              { Name: 'SweepsRefused', Unit: 'Count' },
              { Name: 'SweepTasksSeen', Unit: 'Count' },
            ],
          },
        ],
      },
      Stage: 'prod',
      SweepsRefused: 0,
      SweepTasksSeen: 12,
    },
    expect.objectContaining({
      _aws: {
        Timestamp: 1_795_489_200_000,
        CloudWatchMetrics: [
          expect.objectContaining({ Metrics: [{ Name: 'CleanupLagMs', Unit: 'Milliseconds' }] }),
        ],
      },
    }),
  ]);
});

test('they go to standard output as of now', () => {
  const output = captureOutput();
  const before = Date.now();
  createMetrics('prod')({ SweepTasksSeen: 1 });
  output.release();
  expect(output.lines).toHaveLength(1);
  const { _aws: directive }: { _aws: { Timestamp: number } } = JSON.parse(output.lines[0] ?? '');
  expect(directive.Timestamp).toBeGreaterThanOrEqual(before);
});
