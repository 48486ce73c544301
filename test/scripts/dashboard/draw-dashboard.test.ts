import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLog } from '../../../lib/log.ts';
import { measureLog } from '../../../lib/metrics/measured-log.ts';
import { Metrics } from '../../../lib/metrics/metrics.ts';
import { cleanRules } from '../../../lib/metrics/rules/clean.ts';
import { dashboardWidgets } from '../../../scripts/cloudwatch.ts';
import { drawDashboard } from '../../../scripts/dashboard/draw-dashboard.ts';
import { type Recording, readRecording } from '../../../scripts/dashboard/recording.ts';
import { renderPng } from '../../../scripts/dashboard/render-png.ts';
import { seriesOf, spanOf, summarize } from '../../../scripts/dashboard/series.ts';

const START = Date.parse('2026-11-24T03:00:00.000Z');

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

/** Lines as `clean` prints them: in each of so many seconds a deletion, and in the third one a throttled call. */
function printedLines(seconds: number): string[] {
  const lines: string[] = [];
  let now = START;
  const write = (line: string) => void lines.push(line);
  const metrics = new Metrics({ stage: 'soak', function: 'clean', write, now: () => now });
  const log = measureLog(createLog({ function: 'clean', stage: 'soak' }, write, 'info'), metrics, cleanRules);
  for (let second = 0; second < seconds; second += 1) {
    now = START + second * 1000;
    log.debug('called', { service: 'swr', ms: 10 * (second + 1), throttled: second === 2 });
    log.info('deleted', { ageSeconds: second });
    metrics.flush();
  }
  return lines;
}

const at = (seconds: number) => START + seconds * 1000;

test('the lines of a function are what CloudWatch would have got', async () => {
  const { stage, samples, from, to } = await record(printedLines(3));
  expect({ stage, from, to: to >= at(2) }).toEqual({ stage: 'soak', from: START, to: true });
  const dimensions = { Stage: 'soak' };
  const throttles = samples.filter(({ name }) => name === 'Throttles');
  expect(throttles).toEqual([
    { namespace: 'swr-sync-cleanup', name: 'Throttles', dimensions, at: at(2), values: [1] },
  ]);
});

test('what AWS would have measured is found in the lines, too', async () => {
  const lines = [
    { time: '2026-11-24T03:00:01.000Z', event: 'invocation failed', function: 'clean', stage: 'soak' },
    { time: '2026-11-24T03:00:02.000Z', event: 'rejected', function: 'receive', stage: 'soak', status: 503 },
    { time: '2026-11-24T03:00:03.000Z', event: 'rejected', function: 'receive', stage: 'soak', status: 401 },
  ].map((line) => JSON.stringify(line));
  const { samples } = await record(['no JSON', ...lines]);
  expect(samples.map(({ namespace, name, at: time }) => [namespace, name, time])).toEqual([
    ['AWS/Lambda', 'Errors', at(1)],
    ['AWS/ApiGateway', '5xx', at(2)],
  ]);
});

test('a file in which nothing was recorded is refused', async () => {
  await expect(record(['{"hello":"world"}'])).rejects.toThrow(/recording\.ndjson has no lines of functions/);
});

describe('a widget', () => {
  const widget = (title: string) => {
    const widgets = dashboardWidgets('soak').filter((each) => each.type === 'metric');
    const found = widgets.find((each) => each.properties.title === title);
    if (found === undefined) throw new Error(`there is no widget ${title}`);
    return found;
  };

  test('shows what there was in each period, by its statistic', async () => {
    const recording = await record(printedLines(3));
    const span = { from: START, to: at(10), periodMs: 10_000 };
    const [p50, p99, iam] = seriesOf(widget('Answers of Huawei Cloud'), recording, span);
    expect(p50?.points).toEqual([{ at: START, value: 20 }]);
    expect(p99?.points).toEqual([{ at: START, value: 30 }]);
    expect(iam?.points).toEqual([]);
    const [throttled] = seriesOf(widget('Calls that Huawei Cloud throttled'), recording, span);
    expect(throttled).toMatchObject({ label: 'throttled', points: [{ at: START, value: 1 }] });
  });

  test.each([
    { stat: 'Sum', values: [1, 2, 3], value: 6 },
    { stat: 'Maximum', values: [1, 3, 2], value: 3 },
    { stat: 'p50', values: [4, 1, 3, 2], value: 2 },
    { stat: 'p99', values: [4, 1, 3, 2], value: 4 },
    { stat: 'p99', values: Array.from({ length: 200 }, (_, index) => index + 1), value: 198 },
  ])('shows $value for $stat', ({ stat, values, value }) => {
    expect(summarize(values, stat)).toBe(value);
  });

  test('with a statistic that nobody has taught it is refused', () => {
    expect(() => summarize([1], 'tm99')).toThrow('the statistic tm99 is not known');
  });
});

test.each([
  { why: 'a soak of a minute', minutes: 1, seconds: 1 },
  { why: 'a soak of ten minutes', minutes: 10, seconds: 10 },
  { why: 'a day', minutes: 1440, seconds: 3600 },
])('$why is drawn with a point for each $seconds s', ({ minutes, seconds }) => {
  const { from, to, periodMs } = spanOf({ from: START + 1, to: START + minutes * 60_000 - 1 });
  expect(periodMs).toBe(seconds * 1000);
  expect([from % periodMs, to % periodMs]).toEqual([0, 0]);
  expect(from <= START && to >= START + minutes * 60_000 - 1).toBe(true);
});

test('the whole dashboard is drawn, with every title and every legend', async () => {
  const recording = await record(printedLines(90));
  const widgets = dashboardWidgets('soak');
  const svg = drawDashboard(widgets, recording);
  for (const widget of widgets) {
    if (widget.type === 'text') continue;
    expect(svg).toContain(`>${widget.properties.title}<`);
    for (const [, , , , { label }] of widget.properties.metrics) expect(svg).toContain(`>${label}<`);
  }
  expect(svg).toContain('>swr-sync-cleanup-soak<');
  expect(svg).not.toMatch(/NaN|Infinity|undefined|\$\{/);
  expect(renderPng(svg).subarray(1, 4).toString()).toBe('PNG');
});
