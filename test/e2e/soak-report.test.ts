import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openFunctionLines } from '../../e2e/soak/function-lines.ts';
import { describeReport, toDocument } from '../../e2e/soak/report.ts';
import { Tally } from '../../e2e/soak/tally.ts';

const CLEANED = '{"event":"cleaned","deleted":2,"absent":1,"kept":0,"failed":3}';
const SWEPT = '{"event":"sweep finished"}';
const METRIC = '{"_aws":{"Timestamp":1},"Stage":"soak"}';

function reportWith(problems: readonly string[]) {
  const tally = new Tally();
  tally.count('ways', 'github', 1500);
  tally.count('calls', 'listSyncTasks', 10);
  tally.count('faults', 'SWR: 429', 2);
  for (let count = 0; count < 30; count += 1) tally.count('awsFaults', `DynamoDB: reset, after ${count}`);
  return { options: { events: 1500, seed: 7 }, seconds: 12.34, tally, problems };
}

describe('the report of a soak test', () => {
  test('says that all is well, with the seed', () => {
    const text = describeReport(reportWith([]));
    expect(text).toContain('All is well: 1500 events in 12.3 s, 121.6 a second. Seed 7.');
    expect(text).toContain('events           github 1,500');
    expect(text).toContain('faults (20.0 %)  SWR: 429 2');
    expect(text).not.toMatch(/Again|ledger|sweeps/);
  });

  test('is a document with every group of counts, too', () => {
    const document = toDocument(reportWith(['one']));
    expect(document).toMatchObject({ seed: 7, events: 1500, eventsPerSecond: 121.6, problems: ['one'] });
    expect(document).toMatchObject({ ways: { github: 1500 }, sweeps: {} });
  });

  test('breaks long lines between two counts', () => {
    const lines = describeReport(reportWith([])).split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(115);
    const faults = lines.filter((line) => line.includes('DynamoDB'));
    expect(faults.length).toBeGreaterThan(5);
    for (const line of faults) expect(line).toMatch(/^(?:AWS faults| {10}) {7}DynamoDB: .* 1,?$/);
  });

  test('lists the first twenty things that are wrong, and how to see them again', () => {
    const text = describeReport(reportWith(Array.from({ length: 25 }, (_, index) => `problem ${index + 1}`)));
    expect(text).toContain('25 problems: 1500 events');
    expect(text).toContain('  problem 20\n  and 5 more\nAgain: npm run soak -- --events 1500 --seed 7');
    expect(text).not.toContain('problem 21');
  });
});

describe('the lines of the functions', () => {
  test('are counted, outcomes too', async () => {
    const tally = new Tally();
    const lines = openFunctionLines(tally, undefined);
    for (const line of [CLEANED, CLEANED, METRIC, SWEPT, 'no JSON']) lines.take(line);
    lines.close();
    expect(tally.of('outcomes')).toEqual({ failed: 6, deleted: 4, absent: 2, kept: 0 });
    expect(tally.of('sweeps')).toEqual({ finished: 1 });
  });

  test('are written to a file as they are, each as JSON', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'soak-lines-'));
    const file = join(folder, 'lines.ndjson');
    const lines = openFunctionLines(new Tally(), file);
    for (const line of [CLEANED, METRIC, 'no JSON']) lines.take(line);
    lines.close();
    expect(await readFile(file, 'utf8')).toBe(`${CLEANED}\n${METRIC}\n{"text":"no JSON"}\n`);
    await rm(folder, { recursive: true });
  });
});
