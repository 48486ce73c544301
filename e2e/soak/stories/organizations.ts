import { busEvent, gitHubOrganizationDeletion, queueMessage, signedRequest } from '../deliveries.ts';
import { arrival, namedMoment } from '../moment.ts';
import type { PlannedTask, Story } from '../story.ts';
import { type Author, type Place, pickTargets, tasksOf } from './author.ts';

/** A whole organization is gone. Some of its tasks are newer, and some repositories are protected. */
export function goneOrganization(author: Author): Story {
  const { random, now, number } = author;
  const subject = { namespace: `org-${number}` };
  const id = `org-${number}`;
  const byGitHub = random.chance(0.5);
  const moment = byGitHub ? arrival(random, now) : namedMoment(random, now);
  const said = { id, subject, moment };
  const write = random.pick([signedRequest, busEvent, queueMessage.bind(undefined, random)]);
  const places = Array.from({ length: random.integer(1, 5) }, (_, index) => ({
    ...subject,
    repository: random.chance(0.15) ? `keep-${index}` : `svc-${index}`,
  }));
  const tasks = places.flatMap((place) => {
    const isProtected = place.repository.startsWith('keep-');
    return pickTargets(random, random.integer(0, 3)).flatMap((target): PlannedTask[] => {
      const isNewer = random.chance(0.15);
      const fate = isProtected || isNewer ? 'stays' : 'goes';
      return tasksOf(place, [target], fate, isNewer ? moment.after : moment.before);
    });
  });
  return {
    kind: 'organization',
    repositories: places,
    tasks,
    deliveries: [byGitHub ? gitHubOrganizationDeletion(id, subject.namespace) : write(said)],
  };
}

/** It has more tasks than one request may delete. */
export function tooLargeOrganization(author: Author): Story {
  const { random, now, number } = author;
  const subject = { namespace: `large-${number}` };
  const moment = namedMoment(random, now);
  const places: Place[] = Array.from({ length: 4 }, (_, index) => ({
    ...subject,
    repository: `svc-${index}`,
  }));
  const delivery = signedRequest({ id: `large-${number}`, subject, moment });
  return {
    kind: 'organization that is too large',
    repositories: places,
    tasks: places.flatMap((place) => tasksOf(place, pickTargets(random, 15), 'goes', moment.before)),
    deliveries: [{ ...delivery, tooLarge: true }],
  };
}
