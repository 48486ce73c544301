import { describe, expect, test } from '@jest/globals';
import { createLog, logWithin } from '../lib/log.ts';
import { captureOutput } from './support/captured-output.ts';
import { setVariables } from './support/environment.ts';

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

describe('of its own accord', () => {
  const printed = (level: string | undefined) => {
    const restore = setVariables({ LOG_LEVEL: level });
    const output = captureOutput();
    try {
      const log = createLog();
      for (const each of ['debug', 'info', 'warn'] as const) log[each](each);
      return output.lines.map((line): unknown => JSON.parse(line));
    } finally {
      output.release();
      restore();
    }
  };

  test('a log goes to standard output, a line each', () => {
    const time = expect.any(String);
    expect(printed(undefined)).toEqual([
      { time, level: 'info', event: 'info' },
      { time, level: 'warn', event: 'warn' },
    ]);
  });

  test('a log has the level of the environment', () => {
    expect(printed('warn')).toMatchObject([{ event: 'warn' }]);
    expect(printed('debug')).toHaveLength(3);
  });
});

describe('what surrounds a piece of work', () => {
  test('is in every line that is written for it, whoever writes it', async () => {
    const lines: string[] = [];
    const log = createLog({ function: 'clean' }, (line) => lines.push(line), 'info');
    await logWithin({ id: 'r1' }, async () => {
      log.info('before');
      await logWithin({ target: 't1' }, async () => {
        await Promise.resolve();
        log.info('within');
      });
      log.info('after', { x: 1 });
    });
    log.info('outside');
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { event: 'before', function: 'clean', id: 'r1' },
      { event: 'within', function: 'clean', id: 'r1', target: 't1' },
      { event: 'after', id: 'r1', x: 1 },
      { event: 'outside' },
    ]);
    expect(lines[2]).not.toContain('t1');
    expect(lines[3]).not.toContain('r1');
  });

  test('is that of each of several that go on at the same time', async () => {
    const lines: string[] = [];
    const log = createLog({}, (line) => lines.push(line), 'info');
    const first = Promise.withResolvers<void>();
    const work = (id: string, ready: Promise<void>) =>
      logWithin({ id }, async () => {
        await ready;
        log.info(id);
      });
    const both = [work('one', first.promise), work('two', Promise.resolve())];
    await both[1];
    first.resolve();
    await both[0];
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { event: 'two', id: 'two' },
      { event: 'one', id: 'one' },
    ]);
  });
});
