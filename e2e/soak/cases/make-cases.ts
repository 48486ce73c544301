import type { Random } from '../random.ts';
import { DELETIONS } from './deletions.ts';
import type { SoakCase } from './soak-case.ts';
import { UNTOUCHED } from './untouched.ts';

const KINDS = Object.entries({ ...DELETIONS, ...UNTOUCHED }).map(
  ([kind, [weight, make]]) => [weight, { kind, make }] as const,
);

/**
 * Makes cases until they have so many events together.
 *
 * @param now milliseconds since the epoch.
 */
export function makeCases(random: Random, count: number, now: number): SoakCase[] {
  const cases: SoakCase[] = [];
  for (let left = count; left > 0; ) {
    const { kind, make } = random.pickWeighted(KINDS);
    const made = make({ random: random.fork(), now, number: cases.length + 1 });
    const events = made.events.slice(0, left);
    cases.push({ kind, ...made, events });
    left -= events.length;
  }
  return cases;
}
