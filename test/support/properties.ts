import { jest } from '@jest/globals';
import * as fc from 'fast-check';

/** `PROPERTY_RUNS=100000 npm test -- test/properties` for a long search. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 100);

// A case takes well under a millisecond, and one that goes through a queue a few.
jest.setTimeout(5000 + RUNS * 10);

/** Holds a property against random values; the failing one is printed, shrunk, with the seed. */
export function holds<T extends [unknown, ...unknown[]]>(
  property: fc.IProperty<T> | fc.IAsyncProperty<T>,
): Promise<void> {
  return Promise.resolve(fc.assert(property, { numRuns: RUNS }));
}
