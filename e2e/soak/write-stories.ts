import type { Random } from './random.ts';
import { type Author } from './stories/author.ts';
import { denied, hopeless, somethingElse, unproven } from './stories/harmless.ts';
import { goneOrganization, tooLargeOrganization } from './stories/organizations.ts';
import { goneRepository, namedTargets, partlyNewer } from './stories/repositories.ts';
import { nameUsedAgain, narrowRoute, toldTwice, twofoldRoute } from './stories/routes.ts';
import type { Story } from './story.ts';

interface Kind {
  readonly value: (author: Author) => Story;
  readonly weight: number;
}

const HEALTHY: readonly Kind[] = [
  { value: goneRepository, weight: 36 },
  { value: partlyNewer, weight: 12 },
  { value: namedTargets, weight: 8 },
  { value: narrowRoute, weight: 5 },
  { value: twofoldRoute, weight: 4 },
  { value: toldTwice, weight: 5 },
  { value: nameUsedAgain, weight: 6 },
  { value: goneOrganization, weight: 5 },
  { value: denied, weight: 5 },
  { value: somethingElse, weight: 4 },
];

/** All kinds of stories: also those that end with a rejected webhook or a dead-lettered request. */
const ALL: readonly Kind[] = [
  ...HEALTHY,
  { value: tooLargeOrganization, weight: 0.3 },
  { value: unproven, weight: 5 },
  { value: hopeless, weight: 5 },
];

/**
 * Stories with so many events in all of them together.
 *
 * @param now milliseconds since the epoch.
 * @param healthy leaves out what ends with a rejected webhook or a dead-lettered request. The stories then happen one after
 *   the other, as many per second as are sent.
 */
export function writeStories(
  random: Random,
  events: number,
  now: number,
  { healthy = false, perSecond = 0 } = {},
): Story[] {
  const stories: Story[] = [];
  const intervalMs = healthy && perSecond > 0 ? 1000 / perSecond : 0;
  for (let left = events; left > 0; ) {
    const write = random.pickWeighted(healthy ? HEALTHY : ALL);
    const happensAt = now + Math.floor(stories.length * intervalMs);
    const story = write({ random: random.fork(), now: happensAt, number: stories.length + 1 });
    const deliveries = story.deliveries.slice(0, left);
    stories.push({ ...story, deliveries });
    left -= deliveries.length;
  }
  return stories;
}
