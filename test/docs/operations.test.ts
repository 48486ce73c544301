import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { buildProgram } from '../../cli/program.ts';
import type { Rules } from '../../lib/metrics/measured-log.ts';
import { cleanRules } from '../../lib/metrics/rules/clean.ts';
import { receiveRules } from '../../lib/metrics/rules/receive.ts';
import { sweepRules } from '../../lib/metrics/rules/sweep.ts';
import { type MetricWidget, readDashboard } from '../../scripts/dashboard/read-dashboard.ts';
import { readResources } from '../../scripts/dashboard/template.ts';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENT = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
const NAMESPACE = 'swr-sync-cleanup';
const PREFIX = 'swr-sync-cleanup-prod-';

const alarmSchema = v.object({
  AlarmName: v.string(),
  AlarmDescription: v.string(),
  Namespace: v.string(),
  MetricName: v.string(),
});

let alarms: v.InferOutput<typeof alarmSchema>[];
let widgets: MetricWidget[];
beforeAll(async () => {
  const resources = await readResources('AWS::CloudWatch::Alarm', 'prod');
  alarms = [...resources.values()].map((each) => v.parse(alarmSchema, each));
  widgets = (await readDashboard('prod')).filter((widget) => widget.type === 'metric');
});

/** The pages of the alarms, by name. */
const pages = new Map(
  DOCUMENT.slice(DOCUMENT.indexOf('\n## Alarms\n'))
    .split('\n### ')
    .slice(1)
    .map((page) => [page.slice(0, page.indexOf('\n')), page] as const),
);

/** Every metric that a function can write. */
function emittedBy(...all: readonly Rules[]): Set<string> {
  const names = all.flatMap((rules) =>
    Object.values(rules).flatMap((rule) => {
      if (typeof rule === 'string') return [rule];
      return [...rule({}), ...rule({ service: 'iam' })].map(([name]) => name);
    }),
  );
  return new Set(names);
}
const emitted = emittedBy(receiveRules, cleanRules, sweepRules);

const shown = () =>
  widgets.flatMap(({ properties }) => properties.metrics).filter(([of]) => of === NAMESPACE);
const watched = () => alarms.filter(({ Namespace }) => Namespace === NAMESPACE);

describe('an alarm', () => {
  test('has a page, and a page has an alarm', () => {
    expect(alarms.length).toBeGreaterThan(5);
    expect([...pages.keys()]).toEqual(alarms.map(({ AlarmName }) => AlarmName.replace(PREFIX, '')));
  });

  test('names its page', () => {
    for (const { AlarmName, AlarmDescription } of alarms) {
      expect(AlarmDescription).toMatch(new RegExp(` docs/operations\\.md#${AlarmName.replace(PREFIX, '')}$`));
    }
  });

  test('watches a metric that is written', () => {
    expect(watched().filter(({ MetricName }) => !emitted.has(MetricName))).toEqual([]);
  });
});

describe('the page of an alarm', () => {
  test.each([...pages])('%s says what it means, what to look at and what to do', (_, page) => {
    expect(page.match(/^\*\*(?:Means|Look at|Do)\.\*\*/gm)).toEqual([
      '**Means.**',
      '**Look at.**',
      '**Do.**',
    ]);
    const titles = new Set(widgets.map(({ properties }) => properties.title));
    const named = [...page.matchAll(/(?<!\*)\*([^*]+)\*(?!\*)/g)].map(([, title = '']) => title);
    expect(named.filter((title) => titles.has(title)).length).toBeGreaterThan(0);
    expect(page).toMatch(/swr-sync \w+/);
  });
});

describe('the dashboard', () => {
  test('shows only metrics that are written', () => {
    expect(shown().length).toBeGreaterThan(15);
    expect(shown().filter(([, name]) => !emitted.has(name))).toEqual([]);
  });

  test('shows every metric that is written and that no alarm watches', () => {
    const seen = new Set([
      ...shown().map(([, name]) => name),
      ...watched().map(({ MetricName }) => MetricName),
    ]);
    expect([...emitted].filter((name) => !seen.has(name))).toEqual([]);
  });

  test('has no widget on top of another one', () => {
    const places = widgets.map(({ x, y }) => `${x} ${y}`);
    expect(new Set(places).size).toBe(widgets.length);
    expect(widgets.every(({ x, width }) => x + width <= 24)).toBe(true);
  });
});

describe('the document', () => {
  test('explains every metric, and no other', () => {
    const [, table = ''] = /\n## Metrics\n([^]*?)\n## /.exec(DOCUMENT) ?? [];
    const rows = table.split('\n').filter((line) => line.startsWith('| `'));
    const explained = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    expect(new Set(explained)).toEqual(emitted);
    expect(explained).toHaveLength(emitted.size);
  });

  test('asks the logs for events that are written', () => {
    const source = globSync('lib/**/*.ts', { cwd: ROOT }).map((file) =>
      readFileSync(join(ROOT, file), 'utf8'),
    );
    const conditions = [...DOCUMENT.matchAll(/event (?:= |in )("[^"]+"|\[[^\]]+\])/g)];
    const asked = new Set(
      conditions.flatMap(([, text = '']) => [...text.matchAll(/"([^"]+)"/g)].map(([, name]) => name)),
    );
    expect(asked.size).toBeGreaterThan(10);
    expect([...asked].filter((name) => !source.some((text) => text.includes(`'${name}'`)))).toEqual([]);
  });

  test('uses commands of the tool that there are', () => {
    const commands = buildProgram(() => {}).commands;
    const names = new Set(
      commands.flatMap((command) => [
        command.name(),
        ...command.commands.map((each) => `${command.name()} ${each.name()}`),
      ]),
    );
    const used = [...DOCUMENT.matchAll(/swr-sync ((?:failed )?[a-z]+)/g)].map(([, name = '']) => name);
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((name) => !names.has(name))).toEqual([]);
  });

  test('names parameters that a stage has', () => {
    const template = readFileSync(join(ROOT, 'serverless.yml'), 'utf8');
    const named = [
      ...DOCUMENT.matchAll(/`(\w+(?:AlarmAbove|AlarmSeconds|Hours|Schedule|Concurrency|logLevel))`/g),
    ];
    expect(named.length).toBeGreaterThan(5);
    for (const [, name] of named) expect(template).toContain(`\n    ${name}: `);
  });
});
