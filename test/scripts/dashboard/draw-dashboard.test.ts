import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLog } from '../../../lib/log.ts';
import { measureLog } from '../../../lib/metrics/measured-log.ts';
import { Metrics } from '../../../lib/metrics/metrics.ts';
import { cleanRules } from '../../../lib/metrics/rules/clean.ts';
import { dashboardWidgets } from '../../../scripts/cloudwatch.ts';
import { pointsOf, summarize } from '../../../scripts/dashboard/charts.ts';
import { type Recording, readRecording } from '../../../scripts/dashboard/recording.ts';
import { drawDashboard, renderPng } from '../../../scripts/draw-dashboard.ts';

const START = Date.parse('2026-11-24T03:00:00.000Z');
const at = (seconds: number) => START + seconds * 1000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dashboard-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function record(lines: readonly string[]): Promise<Recording> {
  const file = join(folder, 'recording.ndjson');
  await writeFile(file, lines.join('\n'));
  return readRecording(file);
}

/** Lines as `clean` prints them: one deletion per second, and a throttled call in the third second. */
function printedLines(seconds: number): string[] {
  const lines: string[] = [];
  let now = START;
  const write = (line: string) => void lines.push(line);
  const metrics = new Metrics({ stage: 'soak', function: 'clean', write, now: () => now });
  const log = measureLog(createLog({ function: 'clean', stage: 'soak' }, write, 'info'), metrics, cleanRules);
  for (let second = 0; second < seconds; second += 1) {
    now = at(second);
    log.debug('called', { service: 'swr', ms: 10 * (second + 1), throttled: second === 2 });
    log.info('deleted', { ageSeconds: second });
    metrics.flush();
  }
  return lines;
}

test('reads the metrics that the functions print', async () => {
  const { stage, samples } = await record(printedLines(3));
  expect(stage).toBe('soak');
  expect(samples.filter(({ name }) => name === 'Throttles')).toEqual([
    {
      namespace: 'swr-sync-cleanup',
      name: 'Throttles',
      dimensions: { Stage: 'soak' },
      at: at(2),
      values: [1],
    },
  ]);
});

test('counts the errors that Lambda and API Gateway would count', async () => {
  const lines = [
    { time: '2026-11-24T03:00:01.000Z', event: 'invocation failed', function: 'clean', stage: 'soak' },
    { time: '2026-11-24T03:00:02.000Z', event: 'rejected', function: 'receive', stage: 'soak', status: 503 },
    { time: '2026-11-24T03:00:03.000Z', event: 'rejected', function: 'receive', stage: 'soak', status: 401 },
  ].map((line) => JSON.stringify(line));
  const { samples } = await record(lines);
  expect(samples.map(({ namespace, name, at: time }) => [namespace, name, time])).toEqual([
    ['AWS/Lambda', 'Errors', at(1)],
    ['AWS/ApiGateway', '5xx', at(2)],
  ]);
});

test('rejects a file without metrics', async () => {
  await expect(record(['{"hello":"world"}'])).rejects.toThrow(/^No metrics in .*recording\.ndjson/);
});

describe('a metric', () => {
  test('has one point per period, by its statistic, and none where nothing was recorded', async () => {
    const widgets = dashboardWidgets('soak').filter((each) => each.type === 'metric');
    const metrics = widgets.flatMap(({ properties }) => properties.metrics);
    const { samples } = await record(printedLines(3));
    const span = { from: START, to: at(20), periodMs: 10_000 };
    const points = (name: string, stat?: string) => {
      const metric = metrics.find(([, own, , , option]) => own === name && option.stat === stat);
      return metric && pointsOf(metric, samples, span, 'Sum').map(({ value }) => value);
    };
    expect(points('SwrLatency', 'p50')).toEqual([20, undefined]);
    expect(points('SwrLatency', 'p99')).toEqual([30, undefined]);
    expect(points('IamLatency', 'p99')).toEqual([undefined, undefined]);
    expect(points('Throttles')).toEqual([1, undefined]);
  });

  test.each([
    { stat: 'Sum', values: [1, 2, 3], value: 6 },
    { stat: 'Maximum', values: [1, 3, 2], value: 3 },
    { stat: 'p50', values: [4, 1, 3, 2], value: 2 },
    { stat: 'p99', values: Array.from({ length: 200 }, (_, index) => index + 1), value: 198 },
  ])('is $value for $stat', ({ stat, values, value }) => {
    expect(summarize(values, stat)).toBe(value);
  });

  test('with another statistic is rejected', () => {
    expect(() => summarize([1], 'tm99')).toThrow('Unknown statistic "tm99"');
  });
});

test('the picture has every title, every legend and every threshold', async () => {
  const recording = await record(printedLines(90));
  const svg = await drawDashboard(recording);
  for (const { type, properties } of dashboardWidgets('soak')) {
    if (type === 'text') continue;
    expect(svg).toContain(`>${properties.title}<`);
    for (const [, , , , { label }] of properties.metrics) expect(svg).toContain(`>${label}<`);
  }
  expect(svg).toContain('>swr-sync-cleanup-soak<');
  expect(svg).toContain('>alarm above 1,800<');
  expect(svg).toContain('>nothing recorded<');
  expect(svg).not.toMatch(/NaN|Infinity|undefined|\$\{/);
  expect(renderPng(svg).subarray(1, 4).toString()).toBe('PNG');
});
