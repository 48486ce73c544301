import { expect, test } from '@jest/globals';
import { parseRetryAfter } from '../../lib/http/retry-after.ts';

const NOW = Date.parse('2026-11-24T03:00:00.000Z');

test.each([
  { why: 'seconds', value: '7', seconds: 7 },
  { why: 'no time at all', value: '0', seconds: 0 },
  { why: 'spaces around it', value: ' 12 ', seconds: 12 },
  {
    why: 'the longest time that a queue hides a message for, six minutes after its receipt',
    value: '42840',
    seconds: 42_840,
  },
  { why: 'longer than that', value: '42841', seconds: 42_840 },
  { why: 'years', value: '999999999', seconds: 42_840 },
  { why: 'a date', value: 'Tue, 24 Nov 2026 03:01:30 GMT', seconds: 90 },
  { why: 'a date right now', value: 'Tue, 24 Nov 2026 03:00:00 GMT', seconds: 0 },
  { why: 'a date of the past', value: 'Mon, 23 Nov 2026 03:00:00 GMT', seconds: 0 },
  { why: 'a date in the far future', value: 'Fri, 24 Nov 2056 03:00:00 GMT', seconds: 42_840 },
  { why: 'nothing', value: undefined, seconds: undefined },
  { why: 'an empty text', value: '', seconds: undefined },
  { why: 'nonsense', value: 'soon', seconds: undefined },
  { why: 'a unit', value: '5s', seconds: undefined },
  { why: 'a hexadecimal number', value: '0x10', seconds: undefined },
])('reads $value as $seconds seconds: $why', ({ value, seconds }) => {
  expect(parseRetryAfter(value, NOW)).toBe(seconds);
});

test('rounds up to a whole second', () => {
  expect(parseRetryAfter('Tue, 24 Nov 2026 03:00:02 GMT', NOW + 1)).toBe(2);
});
