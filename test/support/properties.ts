import { jest, test } from '@jest/globals';
import * as fc from 'fast-check';

/** `PROPERTY_RUNS=100000 npm test -- test/properties` for a long search. */
const SEARCH_RUNS = process.env['PROPERTY_RUNS'];
const RUNS = Number(SEARCH_RUNS ?? 100);
// A long search has random values each time. Without one they are the same, so that coverage doesn't depend on chance.
const PARAMETERS = { numRuns: RUNS, ...(SEARCH_RUNS === undefined && { seed: 1 }) };

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
  return fc.assert(property, PARAMETERS);
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
