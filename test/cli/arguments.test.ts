import { describe, expect, test } from '@jest/globals';
import { parseTime } from '../../cli/arguments.ts';

const now = Date.parse('2026-11-24T03:00:00.000Z');

describe('a point in time', () => {
  test.each([
    { text: '45s', time: '2026-11-24T02:59:15.000Z' },
    { text: '90m', time: '2026-11-24T01:30:00.000Z' },
    { text: '2h', time: '2026-11-24T01:00:00.000Z' },
    { text: '3d', time: '2026-11-21T03:00:00.000Z' },
    { text: '1w', time: '2026-11-17T03:00:00.000Z' },
    { text: '2026-11-24', time: '2026-11-24T00:00:00.000Z' },
    { text: '2026-11-24T03:00:00Z', time: '2026-11-24T03:00:00.000Z' },
    { text: '2026-11-24T03:00:00.123456+08:00', time: '2026-11-23T19:00:00.123Z' },
  ])('$text is $time', ({ text, time }) => {
    expect(parseTime(text, now)).toBe(time);
  });

  test.each([
    '',
    'yesterday',
    '2',
    'h',
    '-2h',
    '2 h',
    '1.5h',
    '2026-11-31',
    '2026-13-01',
    '2026-11-24T03:00',
    '1000000000d',
  ])('"%s" is invalid', (text) => {
    expect(() => parseTime(text, now)).toThrow(`Invalid time "${text}": expected`);
  });
});
