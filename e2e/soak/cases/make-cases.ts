import type { Random } from '../random.ts';
import { DELETIONS } from './deletions.ts';
import type { SoakCase } from './soak-case.ts';
import { UNTOUCHED } from './untouched.ts';

const KINDS = Object.entries({ ...DELETIONS, ...UNTOUCHED }).map(
  ([kind, [weight, make]]) => [weight, { kind, make }] as const,
);
/** Kinds that end with a rejected webhook or a dead-lettered request. */
const FAILING = new Set(['organization that is too large', 'unauthenticated', 'invalid']);

/**
 * Makes cases until they have so many events together.
 *
 * @param now milliseconds since the epoch.
 * @param healthy leaves out cases that end with a rejected webhook or a dead-lettered request. The cases then happen one
 *   after the other, as many per second as are sent.
 */
export function makeCases(
  random: Random,
  count: number,
  now: number,
  { healthy = false, perSecond = 0 } = {},
): SoakCase[] {
  const kinds = KINDS.filter(([, { kind }]) => !healthy || !FAILING.has(kind));
  const intervalMs = healthy && perSecond > 0 ? 1000 / perSecond : 0;
  const cases: SoakCase[] = [];
  for (let left = count; left > 0; ) {
    const { kind, make } = random.pickWeighted(kinds);
    const made = make({
      random: random.fork(),
      now: now + Math.floor(cases.length * intervalMs),
      number: cases.length + 1,
    });
    const events = made.events.slice(0, left);
    cases.push({ kind, ...made, events });
    left -= events.length;
  }
  return cases;
}
