import { expect, test } from '@jest/globals';
import { compareTimes, parseDuration } from '../lib/times.ts';

test.each([
  { one: '2026-11-24T03:00:00Z', other: '2026-11-24T03:00:00.000000Z', sign: 0 },
  { one: '2026-11-24T03:00:00.53183Z', other: '2026-11-24T03:00:00.531830Z', sign: 0 },
  { one: '2026-11-24T03:00:00.531831Z', other: '2026-11-24T03:00:00.53183Z', sign: 1 },
  { one: '2026-11-24T03:00:00.9Z', other: '2026-11-24T03:00:00.999999999Z', sign: -1 },
  { one: '2026-11-24T11:00:00.0001+08:00', other: '2026-11-24T03:00:00Z', sign: 1 },
  { one: '2026-11-24T03:00:00.123456789Z', other: '2026-11-24T03:00:00.123456788Z', sign: 1 },
  { one: 'yesterday', other: '2026-11-24T03:00:00Z', sign: Number.NaN },
])('$one against $other: $sign', ({ one, other, sign }) => {
  expect(Math.sign(compareTimes(one, other))).toBe(sign);
});

test.each([
  ['90m', 5_400_000],
  ['1h', 3_600_000],
  ['7d', 604_800_000],
  ['1w', 604_800_000],
  ['30s', 30_000],
  ['7', undefined],
  ['1.5h', undefined],
  ['-1h', undefined],
  ['2y', undefined],
])('%s is %s milliseconds', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});
