import type { Random } from './random.ts';
import type { Delivery, Story } from './story.ts';

/** Delivered twice at the same time, 0 to 1. */
const AT_ONCE = 0.08;
/** Delivered once more when all others have been. */
const LATER = 0.08;
/** Held back until then. */
const HELD_BACK = 0.1;

/** In which order events are delivered, and how often. */
export interface Schedule {
  /** Each one with how often at the same time. */
  readonly first: readonly { readonly delivery: Delivery; readonly times: number }[];
  readonly later: readonly Delivery[];
}

/** Out of order, and some of them twice. */
export function schedule(random: Random, stories: readonly Story[]): Schedule {
  const first: Schedule['first'][number][] = [];
  const later: Delivery[] = [];
  for (const { deliveries, anew } of stories) {
    for (const delivery of deliveries) {
      // One whose name is used again comes twice in any case, and has to be the first time.
      if (anew === undefined && random.chance(HELD_BACK)) later.push(delivery);
      else first.push({ delivery, times: anew === undefined && random.chance(AT_ONCE) ? 2 : 1 });
      if (anew === undefined && random.chance(LATER)) later.push(delivery);
    }
  }
  return { first: random.shuffle(first), later: random.shuffle(later) };
}

/** In order, and each event once. */
export function scheduleInOrder(stories: readonly Story[]): Schedule {
  const first = stories.flatMap(({ deliveries }) => deliveries.map((delivery) => ({ delivery, times: 1 })));
  return { first, later: [] };
}
