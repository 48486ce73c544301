import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { monotonicMs } from '../lib/clock.ts';

test('counts milliseconds', async () => {
  const outer = process.hrtime.bigint();
  const before = monotonicMs();
  const inner = process.hrtime.bigint();
  await pause(5);
  const atLeast = Number(process.hrtime.bigint() - inner) / 1e6;
  const passed = monotonicMs() - before;
  const atMost = Number(process.hrtime.bigint() - outer) / 1e6;
  // `process.uptime()` may be rounded.
  expect(passed).toBeGreaterThan(atLeast - 1);
  expect(passed).toBeLessThan(atMost + 1);
});
