import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { buildProgram } from '../../cli/main.ts';
import { ALARMS } from '../../lib/metrics/alarms.ts';
import type { Rules } from '../../lib/metrics/measured-log.ts';
import { cleanRules } from '../../lib/metrics/rules/clean.ts';
import { receiveRules } from '../../lib/metrics/rules/receive.ts';
import { sweepRules } from '../../lib/metrics/rules/sweep.ts';
import { dashboardWidgets } from '../../scripts/cloudwatch.ts';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENT = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
const NAMESPACE = 'swr-sync-cleanup';

/** Pages of the alarms, by name. */
const pages = new Map(
  DOCUMENT.slice(DOCUMENT.indexOf('\n## Alarms\n'))
    .split('\n### ')
    .slice(1)
    .map((page) => [page.slice(0, page.indexOf('\n')), page] as const),
);

/** Names of the metrics that a function can write. */
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

const widgets = dashboardWidgets('prod').filter((widget) => widget.type === 'metric');
const titles = new Set(widgets.map(({ properties }) => properties.title));
const shown = widgets.flatMap(({ properties }) => properties.metrics).filter(([of]) => of === NAMESPACE);
const watched = ALARMS.flatMap(({ metric }) => (typeof metric === 'string' ? [metric] : []));

describe('an alarm', () => {
  test('has a page, and a page has an alarm', () => {
    expect(ALARMS.length).toBeGreaterThan(5);
    expect([...pages.keys()]).toEqual(ALARMS.map(({ page }) => page));
  });

  test('watches a metric that is written', () => {
    expect(watched.filter((name) => !emitted.has(name))).toEqual([]);
  });

  test('shows its threshold in a widget of the dashboard', () => {
    expect(ALARMS.filter(({ widget }) => widget !== undefined && !titles.has(widget))).toEqual([]);
  });
});

describe('the page of an alarm', () => {
  test.each([...pages])('%s says what it means, what to look at and what to do', (_, page) => {
    expect(page.match(/^\*\*(?:Means|Look at|Do)\.\*\*/gm)).toEqual([
      '**Means.**',
      '**Look at.**',
      '**Do.**',
    ]);
    const named = [...page.matchAll(/(?<!\*)\*([^*]+)\*(?!\*)/g)].map(([, title = '']) => title);
    expect(named.filter((title) => titles.has(title)).length).toBeGreaterThan(0);
    expect(page).toMatch(/swr-sync \w+/);
  });
});

describe('the dashboard', () => {
  test('shows only metrics that are written', () => {
    expect(shown.length).toBeGreaterThan(15);
    expect(shown.filter(([, name]) => !emitted.has(name))).toEqual([]);
  });

  test('shows every metric that is written and that no alarm watches', () => {
    const seen = new Set<string>([...shown.map(([, name]) => name), ...watched]);
    expect([...emitted].filter((name) => !seen.has(name))).toEqual([]);
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

  test('queries the logs for events that are written', () => {
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

  test('uses existing commands of the CLI', () => {
    const commands = buildProgram(() => async () => {}, process).commands;
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
    const thresholds = JSON.stringify(ALARMS);
    const named = [
      ...DOCUMENT.matchAll(/`(\w+(?:AlarmAbove|AlarmSeconds|Hours|Schedule|Concurrency|logLevel))`/g),
    ];
    expect(named.length).toBeGreaterThan(5);
    const known = named.filter(
      ([, name]) => template.includes(`\n    ${name}: `) || thresholds.includes(`"parameter":"${name}"`),
    );
    expect(known).toEqual(named);
  });
});
