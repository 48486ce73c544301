import { expect, test } from '@jest/globals';
import { readTraceTime } from '../../lib/sources/trace-time.ts';

test.each([
  { why: 'seconds', time: 1_795_489_198, read: '2026-11-24T02:59:58.000Z' },
  { why: 'seconds with a fraction, as a text', time: '1795489198.344', read: '2026-11-24T02:59:58.344Z' },
  { why: 'milliseconds', time: 1_795_489_198_344, read: '2026-11-24T02:59:58.344Z' },
  { why: 'the first second', time: 1, read: '1970-01-01T00:00:01.000Z' },
  { why: 'the last that are seconds', time: 99_999_999_999, read: '5138-11-16T09:46:39.000Z' },
  { why: 'the first that are milliseconds', time: 100_000_000_000, read: '1973-03-03T09:46:40.000Z' },
  { why: 'the last milliseconds', time: '99999999999999', read: '5138-11-16T09:46:39.999Z' },
  { why: 'ISO 8601, as it is', time: '2026-11-24T02:59:58+08:00', read: '2026-11-24T02:59:58+08:00' },
])('$time is $read: $why', ({ time, read }) => {
  expect(readTraceTime(time)).toBe(read);
});

test.each([
  { why: 'zero', time: 0 },
  { why: 'zero with a fraction', time: '0.0' },
  { why: 'before 1970', time: -1 },
  { why: 'the first after the last milliseconds', time: 100_000_000_000_000 },
  { why: 'microseconds of fifteen digits', time: '999999999999999' },
  { why: 'a sign', time: '+1795489198' },
  { why: 'a power', time: '1795489198e3' },
  { why: 'a unit', time: '1795489198s' },
  { why: 'a space', time: ' 1795489198' },
  { why: 'no number', time: Number.NaN },
  { why: 'a list', time: [1_795_489_198] },
  { why: 'nothing', time: undefined },
  { why: 'an empty text', time: '' },
  { why: 'an ISO 8601 time without its zone', time: '2026-11-24T02:59:58' },
])('"$time" can not be read: $why', ({ time }) => {
  expect(readTraceTime(time)).toBeUndefined();
});
