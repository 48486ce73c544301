import { expect, test } from '@jest/globals';
import { paced } from '../../e2e/soak/send-events.ts';

const msOf = async (items: readonly number[], perSecond: number) => {
  const startedAt = performance.now();
  expect(await Array.fromAsync(paced(items, perSecond))).toEqual(items);
  return performance.now() - startedAt;
};

test('a rate limits how soon items follow each other, and 0 does not', async () => {
  const items = Array.from({ length: 11 }, (_, index) => index);
  expect(await msOf(items, 100)).toBeGreaterThanOrEqual(95);
  expect(await msOf(items, 0)).toBeLessThan(95);
});
