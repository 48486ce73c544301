import { jest, test } from '@jest/globals';
import * as fc from 'fast-check';

/** `PROPERTY_RUNS=100000 npm test -- test/properties` for a long search. */
const SEARCH_RUNS = process.env['PROPERTY_RUNS'];
const RUNS = Number(SEARCH_RUNS ?? 100);
/** Number of values where one takes over a millisecond. */
const SLOW_RUNS = Number(SEARCH_RUNS ?? 25);

// A case takes well under a millisecond, and one that goes through a queue a few.
jest.setTimeout(5000 + RUNS * 10);

type Values = [unknown, ...unknown[]];
type Arbitraries<T> = { [Index in keyof T]: fc.Arbitrary<T[Index]> };
type Predicate<T extends Values> = (...values: T) => unknown;
type Property<T extends Values> = [title: string, Arbitraries<T>, Predicate<T>];

const checkWith =
  (numRuns: number) =>
  <T extends Values>(arbitraries: Arbitraries<T>, predicate: Predicate<T>): Promise<void> => {
    const property = fc.asyncProperty(...arbitraries, async (...values: T) => {
      const held = await predicate(...values);
      return held !== false;
    });
    // A long search has random values each time. Without one they are the same, so that coverage doesn't depend on chance.
    return fc.assert(property, { numRuns, ...(SEARCH_RUNS === undefined && { seed: 1 }) });
  };

/** Checks a predicate against random values; the failing ones are printed, shrunk, with the seed. */
export const holds = checkWith(RUNS);
/** As `holds`, for a predicate that takes over a millisecond: with fewer values by default. */
export const holdsSlowly = checkWith(SLOW_RUNS);

/** A test of one predicate. */
export function testProperty<T extends Values>(...[title, arbitraries, predicate]: Property<T>): void {
  // oxlint-disable-next-line jest/valid-title
  test(title, () => holds(arbitraries, predicate));
}

/** A test of one predicate that takes over a millisecond. */
export function testSlowProperty<T extends Values>(...[title, arbitraries, predicate]: Property<T>): void {
  // oxlint-disable-next-line jest/valid-title
  test(title, () => holdsSlowly(arbitraries, predicate));
}
