import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openFunctionLines } from '../../e2e/soak/function-lines.ts';
import { describeReport, makeReport } from '../../e2e/soak/report.ts';
import { readSoakOptions } from '../../e2e/soak/soak-options.ts';
import { Tally } from '../../e2e/soak/tally.ts';

const CLEANED = '{"event":"cleaned","deleted":2,"absent":1,"kept":0,"failed":3}';
const METRIC = '{"_aws":{"Timestamp":1},"Stage":"soak"}';

function reportWith(problems: readonly string[]) {
  const tally = new Tally();
  tally.count('ways', 'github', 1500);
  tally.count('calls', 'listSyncTasks', 10);
  tally.count('faults', 'SWR: 429', 2);
  for (let count = 0; count < 30; count += 1) tally.count('aws faults', `DynamoDB: fault ${count}`);
  const result = { problems, tasks: { gone: 3 }, ledger: {}, deadLetters: {} };
  const options = readSoakOptions(['--events', '1500', '--seed', '7']);
  return makeReport({ options, seconds: 12.34, tally, result, problems: [] });
}

describe('the report of a soak test', () => {
  test('says that all is well, with the seed', () => {
    const text = describeReport(reportWith([]));
    expect(text).toContain('All is well: 1500 events in 12.3 s, 121.6 a second. Seed 7.');
    expect(text).toContain('events           github 1,500');
    expect(text).toContain('faults (20.0 %)  SWR: 429 2');
    expect(text).not.toContain('Again');
    expect(text).not.toContain('ledger');
  });

  test('counts sweeps where there were some', () => {
    const tally = new Tally();
    expect(describeReport(reportWith([]))).not.toContain('sweeps');
    tally.count('sweeps', 'begun', 3);
    tally.count('lines', 'sweep finished', 2);
    const result = { problems: [], tasks: {}, ledger: {}, deadLetters: {} };
    const report = makeReport({ options: readSoakOptions([]), seconds: 1, tally, result, problems: [] });
    expect(describeReport(report)).toContain('sweeps           begun 3, finished 2');
  });

  test('breaks long lines', () => {
    expect(
      Math.max(
        ...describeReport(reportWith([]))
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThan(115);
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
    const lines = await openFunctionLines(tally, undefined);
    for (const line of [CLEANED, CLEANED, METRIC, 'no JSON']) lines.take(line);
    await lines.close();
    expect(tally.of('outcomes')).toEqual({ failed: 6, deleted: 4, absent: 2, kept: 0 });
    expect(tally.of('lines')).toEqual({ cleaned: 2 });
  });

  test('are written to a file as they are, each as JSON', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'soak-lines-'));
    const file = join(folder, 'lines.ndjson');
    const lines = await openFunctionLines(new Tally(), file);
    for (const line of [CLEANED, METRIC, 'no JSON']) lines.take(line);
    await lines.close();
    expect(await readFile(file, 'utf8')).toBe(`${CLEANED}\n${METRIC}\n{"text":"no JSON"}\n`);
    await rm(folder, { recursive: true });
  });
});
