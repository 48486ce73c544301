import { describe, expect, test } from '@jest/globals';
import { formatNumber, formatTime, ticksUpTo, timesWithin } from '../../../scripts/dashboard/scale.ts';

describe('an axis', () => {
  test.each([
    { highest: 0, ticks: [0, 1] },
    { highest: 1, ticks: [0, 1] },
    { highest: 3, ticks: [0, 1, 2, 3] },
    { highest: 9, ticks: [0, 5, 10] },
    { highest: 18, ticks: [0, 5, 10, 15, 20] },
    { highest: 900, ticks: [0, 500, 1000] },
    { highest: 735, ticks: [0, 200, 400, 600, 800] },
  ])('up to $highest has the numbers $ticks', ({ highest, ticks }) => {
    expect(ticksUpTo(highest)).toEqual(ticks);
  });

  test('of times has full ones', () => {
    const from = Date.parse('2026-11-24T03:00:07Z');
    expect(timesWithin(from, from + 150_000).map(formatTime)).toEqual([
      '03:00:30',
      '03:01',
      '03:01:30',
      '03:02',
      '03:02:30',
    ]);
  });
});

test.each([
  { value: 0, text: '0' },
  { value: 1800, text: '1,800' },
  { value: 12_345, text: '12.3k' },
  { value: 30_000, text: '30k' },
  { value: 25_900_000, text: '25.9M' },
])('$value is written $text', ({ value, text }) => {
  expect(formatNumber(value)).toBe(text);
});
