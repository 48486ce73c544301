import { expect, test } from '@jest/globals';
import { deadlineFrom } from '../lib/deadline.ts';

test.each([
  { left: 60_000, forCalls: 59_000, more: true },
  { left: 2501, forCalls: 1501, more: true },
  { left: 2500, forCalls: 1500, more: false },
  { left: 900, forCalls: 0, more: false },
  { left: -5, forCalls: 0, more: false },
])('with $left ms left, calls may take $forCalls ms, and more may be started: $more', (row) => {
  const deadline = deadlineFrom(() => row.left);
  expect(deadline.remainingMs()).toBe(row.forCalls);
  expect(deadline.allowsMore()).toBe(row.more);
});
