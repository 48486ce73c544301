import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ALARMS } from '../../lib/metrics/alarms.ts';

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../docs/costs.md'), 'utf8');

/** Cells of the rows of a section's table: the service, the usage, the price and the sum. */
function rowsOf(section: string): string[][] {
  const [, text = ''] = DOCUMENT.split(`\n## ${section}\n`);
  const [table = ''] = text.split('\n## ');
  const rows = table.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));
  return rows.map((line) => line.split('|').map((cell) => cell.replaceAll('*', '').trim()));
}

test('the rows add up', () => {
  const sums = rowsOf('A million deliveries')
    .slice(1)
    .map((cells) => Math.round(Number(cells[4]) * 100));
  expect(sums.length).toBeGreaterThan(5);
  expect(sums.slice(0, -1).reduce((sum, each) => sum + each, 0)).toBe(sums.at(-1));
});

test('the alarms are those of a stage', () => {
  const row = rowsOf('An idle stage, per month').find(([, service]) => service === 'CloudWatch alarms');
  const metrics = ALARMS.reduce(
    (sum, { metric }) =>
      sum + (typeof metric === 'object' && 'metrics' in metric ? Object.keys(metric.metrics).length : 1),
    0,
  );
  expect(row?.[2]).toBe(`${ALARMS.length}, with ${metrics} metrics`);
  expect(row?.[4]).toBe((metrics / 10).toFixed(2));
});
