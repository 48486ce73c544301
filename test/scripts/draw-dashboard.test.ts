import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLog } from '../../lib/log.ts';
import { measureLog } from '../../lib/metrics/measured-log.ts';
import { Metrics } from '../../lib/metrics/metrics.ts';
import { cleanRules } from '../../lib/metrics/rules/clean.ts';
import { dashboardWidgets } from '../../scripts/cloudwatch.ts';
import { drawDashboard, readRecording, renderPng } from '../../scripts/draw-dashboard.ts';

const START = Date.parse('2026-11-24T03:00:00.000Z');
const WAITING = 'ApproximateNumberOfMessagesVisible';
const at = (seconds: number) => START + seconds * 1000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dashboard-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function record(lines: readonly string[]) {
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
  expect(samples.filter(({ metric }) => metric.includes('Throttles'))).toEqual([
    { metric: 'swr-sync-cleanup Throttles Stage soak', at: at(2), value: 1 },
  ]);
});

test('counts the errors that Lambda and API Gateway would count', async () => {
  const lines = [
    { time: '2026-11-24T03:00:01.000Z', event: 'invocation failed', function: 'clean', stage: 'soak' },
    { time: '2026-11-24T03:00:02.000Z', event: 'rejected', function: 'receive', stage: 'soak', status: 503 },
    { time: '2026-11-24T03:00:03.000Z', event: 'rejected', function: 'receive', stage: 'soak', status: 401 },
  ].map((line) => JSON.stringify(line));
  const { samples } = await record(lines);
  expect(samples).toEqual([
    { metric: 'AWS/Lambda Errors FunctionName swr-sync-cleanup-soak-clean', at: at(1), value: 1 },
    { metric: 'AWS/ApiGateway 5xx ApiId ${HttpApi}', at: at(2), value: 1 },
  ]);
});

test('rejects a file without metrics', async () => {
  await expect(record(['{"hello":"world"}'])).rejects.toThrow(/^No metrics in .*recording\.ndjson/);
});

test('a metric has one point per period, by its statistic, and none where nothing was recorded', async () => {
  const queueLine = (seconds: number, waiting: number) => {
    const directive = { Namespace: 'AWS/SQS', Dimensions: [['QueueName']], Metrics: [{ Name: WAITING }] };
    const aws = { Timestamp: at(seconds), CloudWatchMetrics: [directive] };
    return JSON.stringify({ _aws: aws, QueueName: 'swr-sync-cleanup-soak', [WAITING]: waiting });
  };
  const lines = [...printedLines(90), queueLine(0, 3), queueLine(1, 7), queueLine(60, 1)];
  const svg = await drawDashboard(await record(lines));
  // A line has the label of its first point once more.
  const points = (unit: string, label: string) => {
    const found = svg.matchAll(new RegExp(`${unit}: ([\\d.]+); label: ${label}"`, 'g'));
    return [...new Set([...found].map(([, value]) => Number(value)))];
  };
  expect(points('milliseconds', 'SWR, p50').slice(0, 3)).toEqual([30, 80, 130]);
  expect(points('milliseconds', 'SWR, p99')[0]).toBeCloseTo(49.6);
  expect(points('calls', 'throttled')).toEqual([1]);
  expect(points('messages', 'cleanup requests')).toEqual([7, 1]);
  expect(points('milliseconds', 'IAM, p99')).toEqual([]);
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
