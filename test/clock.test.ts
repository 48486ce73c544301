import { expect, test } from '@jest/globals';
import { monotonicMs } from '../lib/clock.ts';

test('counts milliseconds', () => {
  const [before, from] = [monotonicMs(), process.hrtime.bigint()];
  while (process.hrtime.bigint() - from < 5_000_000n);
  const passed = monotonicMs() - before;
  const real = Number(process.hrtime.bigint() - from) / 1e6;
  expect(passed).toBeGreaterThanOrEqual(4);
  expect(passed).toBeLessThanOrEqual(real + 1);
});
