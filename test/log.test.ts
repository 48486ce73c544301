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

describe('logWithin', () => {
  test('is in every line that is written within it', async () => {
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

describe('a line', () => {
  const lineOf = (fields: Readonly<Record<string, unknown>>) => {
    const lines: string[] = [];
    createLog({ function: 'clean' }, (line) => lines.push(line), 'info').info('said', fields);
    const [line = ''] = lines;
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(64 * 1024);
    expect(line).not.toContain('\n');
    const entry: unknown = JSON.parse(line);
    return Object(entry);
  };
  const endless: Record<string, unknown> = {};
  endless['again'] = endless;

  test.each([
    { why: 'of 60 KB', fields: { reason: 'x'.repeat(60_000) } },
    { why: 'of 60 KB in other scripts', fields: { reason: '漢'.repeat(20_000) } },
    { why: 'of 10,000 small values', fields: { list: Array.from({ length: 10_000 }, () => 1) } },
  ])('$why is written as it is', ({ fields }) => {
    expect(lineOf(fields)).toEqual({
      time: expect.any(String),
      level: 'info',
      event: 'said',
      function: 'clean',
      ...fields,
    });
  });

  test.each([
    { why: 'a long text', fields: { value: 'x'.repeat(1_000_000) } },
    { why: 'a long text in another script', fields: { value: '漢'.repeat(22_000) } },
    { why: 'control characters', fields: { value: '\0'.repeat(1_000_000) } },
    { why: 'lone surrogates', fields: { value: '\uD800'.repeat(1_000_000) } },
    { why: 'a long list', fields: { value: Array.from({ length: 100_000 }, () => ({})) } },
    { why: 'long texts in a list', fields: { value: Array.from({ length: 100 }, () => '\0'.repeat(9999)) } },
    { why: 'a long key', fields: { ['\0'.repeat(1_000_000)]: 1 } },
    {
      why: 'many keys',
      fields: Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key-${index}`, 1e-300])),
    },
    { why: 'deep lists', fields: { value: JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) } },
    { why: 'a circle', fields: { value: endless } },
    { why: 'a number that JSON does not know', fields: { value: 1n } },
    { why: 'a key that is no ordinary one', fields: JSON.parse(`{"__proto__":"${'x'.repeat(100_000)}"}`) },
  ])('with $why is cut, and says so', ({ fields }) => {
    expect(lineOf(fields)).toMatchObject({
      level: 'info',
      event: 'said',
      function: 'clean',
      truncated: true,
    });
  });

  test('that is cut keeps the beginning of each text, list and object', () => {
    const entry = lineOf({
      reason: `${'x'.repeat(1996)}😀${'x'.repeat(100_000)}`,
      list: Array.from({ length: 100 }, (_, index) => index),
      failure: { code: 'X', status: 400, message: 'why' },
      nothing: null,
    });
    expect(entry).toMatchObject({
      reason: `${'x'.repeat(1996)}...`,
      list: Array.from({ length: 20 }, (_, index) => index),
      failure: { code: 'X', status: 400, message: 'why' },
      nothing: null,
    });
  });
});
