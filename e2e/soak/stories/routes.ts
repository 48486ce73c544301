import { gitHubDeletion } from '../deliveries.ts';
import { arrival } from '../moment.ts';
import type { Story } from '../story.ts';
import { type Author, nameRepository, pickTargets, report, tasksOf } from './author.ts';

const NARROW = { remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' };

/** Its route knows one target: the tasks with others are nobody's business. */
export function narrowRoute(author: Author): Story {
  const { random, now } = author;
  const repository = nameRepository(author, true);
  const place = { namespace: 'narrow', repository };
  const { before } = arrival(random, now);
  const others = pickTargets(random, 4).filter(
    ({ remoteRegionId, remoteNamespace }) =>
      remoteRegionId !== NARROW.remoteRegionId || remoteNamespace !== NARROW.remoteNamespace,
  );
  return {
    kind: 'route with targets',
    repositories: [place],
    tasks: [
      ...tasksOf(place, [NARROW], 'goes', before),
      ...tasksOf(place, others.slice(0, random.integer(1, 3)), 'stays', before),
    ],
    deliveries: [gitHubDeletion(`narrow-${author.number}`, `narrow/${repository}`, [place])],
  };
}

/** One repository with copies in two organizations. */
export function twofoldRoute(author: Author): Story {
  const { random, now } = author;
  const repository = nameRepository(author, true);
  const places = ['copies', 'archive'].map((namespace) => ({ namespace, repository }));
  const { before } = arrival(random, now);
  return {
    kind: 'route with two destinations',
    repositories: places,
    tasks: places.flatMap((place) =>
      tasksOf(place, pickTargets(random, random.integer(1, 3)), 'goes', before),
    ),
    deliveries: [gitHubDeletion(`twofold-${author.number}`, `twofold/${repository}`, places)],
  };
}

/** Two senders tell the same, at about the same time. */
export function toldTwice(author: Author): Story {
  const { random } = author;
  const place = { namespace: 'acme', repository: nameRepository(author) };
  const first = report(author, place, `told-${author.number}`);
  const second = report(author, place, `retold-${author.number}`);
  const earlier = [first.moment, second.moment].toSorted(
    (one, other) =>
      Date.parse(one.occurredAt ?? '9999-12-31T00:00Z') - Date.parse(other.occurredAt ?? '9999-12-31T00:00Z'),
  )[0];
  const { before } = earlier ?? first.moment;
  return {
    kind: 'told twice',
    repositories: random.chance(0.5) ? [place] : [],
    tasks: tasksOf(place, pickTargets(random, random.integer(1, 4)), 'goes', before),
    deliveries: [first.delivery, second.delivery],
  };
}

/** The name is used again, and then the sender sends its first delivery once more. */
export function nameUsedAgain(author: Author): Story {
  const { random } = author;
  const place = { namespace: random.pick(['acme', 'acme', 'images']), repository: nameRepository(author) };
  const { moment, delivery } = report(author, place, `reused-${author.number}`, { everyTask: true });
  const targets = pickTargets(random, random.integer(1, 3));
  return {
    kind: 'name used again',
    repositories: [place],
    tasks: tasksOf(place, targets, 'goes', moment.before),
    deliveries: [delivery],
    anew: targets.map((target) => ({ ...place, ...target, fate: 'stays' })),
  };
}
