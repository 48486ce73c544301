import { jest, test } from '@jest/globals';
import * as fc from 'fast-check';

/** `PROPERTY_RUNS=100000 npm test -- test/properties` for a long search. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 100);

// A case takes well under a millisecond, and one that goes through a queue a few.
jest.setTimeout(5000 + RUNS * 10);

/** Checks a predicate against random values; the failing ones are printed, shrunk, with the seed. */
export function holds<T extends [unknown, ...unknown[]]>(
  arbitraries: { [Index in keyof T]: fc.Arbitrary<T[Index]> },
  predicate: (...values: T) => unknown,
): Promise<void> {
  const property = fc.asyncProperty(...arbitraries, async (...values: T) => {
    const held = await predicate(...values);
    return held !== false;
  });
  return fc.assert(property, { numRuns: RUNS });
}

/** A test of one predicate. */
export function testProperty<T extends [unknown, ...unknown[]]>(
  title: string,
  arbitraries: { [Index in keyof T]: fc.Arbitrary<T[Index]> },
  predicate: (...values: T) => unknown,
): void {
  // oxlint-disable-next-line jest/valid-title
  test(title, () => holds(arbitraries, predicate));
}
