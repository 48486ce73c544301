import { expect, test } from '@jest/globals';
import { limitRate } from '../../e2e/soak/send-events.ts';

/** A clock that advances only when told to. */
function manualClock(): { now: () => number; advance: (ms: number) => void } {
  let time = 0;
  return {
    now: () => time,
    advance: (ms) => {
      time += ms;
    },
  };
}

test('does not wait without a limit', async () => {
  const pace = limitRate(0);
  const startedAt = performance.now();
  for (let count = 0; count < 1000; count += 1) await pace();
  expect(performance.now() - startedAt).toBeLessThan(1000);
});

test('shares one limit between simultaneous calls', async () => {
  const pace = limitRate(100);
  const startedAt = performance.now();
  // The first one need not wait, and each of the others 10 ms more.
  await Promise.all(Array.from({ length: 11 }, () => pace()));
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(95);
});

test('does not catch up after a delay', async () => {
  const { now, advance } = manualClock();
  const pace = limitRate(5, now);
  await pace();
  advance(5000);
  await pace();
  let passed = 0;
  const next = async () => {
    await pace();
    passed += 1;
  };
  const waiting = next();
  await new Promise((resolve) => setImmediate(resolve));
  expect(passed).toBe(0);
  await waiting;
});
