import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { buildProgram } from '../../cli/main.ts';
import { ALARMS, silenceAlarms } from '../../lib/metrics/alarms.ts';
import { dashboardWidgets } from '../../scripts/cloudwatch.ts';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENT = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');

/** Pages of the alarms, by name. */
const pages = new Map(
  DOCUMENT.slice(DOCUMENT.indexOf('\n## Alarms\n'))
    .split('\n### ')
    .slice(1)
    .map((page) => [page.slice(0, page.indexOf('\n')), page] as const),
);

const widgets = dashboardWidgets('prod').filter((widget) => widget.type === 'metric');
const titles = new Set(widgets.map(({ properties }) => properties.title));

describe('an alarm', () => {
  test('has a page, and a page has an alarm', () => {
    expect(ALARMS.length).toBeGreaterThan(5);
    const rows = [...ALARMS, ...silenceAlarms({ x: { expectEvery: '7d' } })];
    expect([...pages.keys()]).toEqual(rows.map(({ page }) => page));
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

describe('the document', () => {
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
