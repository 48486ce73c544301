import { expect, test } from '@jest/globals';
import { createLog } from '../lib/log.ts';

const linesAt = (level: string) => {
  const lines: string[] = [];
  const log = createLog({ function: 'clean' }, (line) => lines.push(line), level);
  for (const each of ['debug', 'info', 'warn', 'error'] as const)
    log.with({ id: 'r1' })[each](each, { x: 1 });
  return lines.map((line): unknown => JSON.parse(line));
};

test('a line is one JSON object with the fields of the log and its own', () => {
  expect(linesAt('error')).toEqual([
    { time: expect.stringMatching(/Z$/), level: 'error', event: 'error', function: 'clean', id: 'r1', x: 1 },
  ]);
});

test.each([
  { level: 'debug', count: 4 },
  { level: 'info', count: 3 },
  { level: 'WARN', count: 2 },
  { level: 'error', count: 1 },
  { level: 'nonsense', count: 3 },
])('at $level, $count of four levels are written', ({ level, count }) => {
  expect(linesAt(level)).toHaveLength(count);
});
