import type { Target } from '../../../lib/huaweicloud/names.ts';
import type { Story } from '../story.ts';
import { type Author, nameRepository, type Place, pickTargets, report, tasksOf } from './author.ts';

/** A repository is gone, and every task of it was made before. Beside it are some that look like it. */
export function goneRepository(author: Author): Story {
  const { random } = author;
  const place = { namespace: random.pick(['acme', 'acme', 'images']), repository: nameRepository(author) };
  const { moment, delivery } = report(author, place, `gone-${author.number}`, { everyTask: true });
  const targets = pickTargets(random, random.integer(0, 4));
  const neighbours = random.chance(0.4) ? [neighbourOf(author, place)] : [];
  return {
    kind: 'gone',
    // The deletion may have reached SWR already: the tasks outlive what they copy from.
    repositories: [...(random.chance(0.5) ? [place] : []), ...neighbours],
    tasks: [
      ...tasksOf(place, targets, 'goes', moment.before),
      ...neighbours.flatMap((each) => tasksOf(each, targets, 'stays', moment.before)),
    ],
    deliveries: [delivery],
  };
}

function neighbourOf({ random }: Author, { namespace, repository }: Place): Place {
  return random.pick([
    { namespace, repository: `${repository}-2` },
    { namespace, repository: `${repository}/api` },
    { namespace: `${namespace}-2`, repository },
  ]);
}

/** Some of the tasks were made after the event, and some before. */
export function partlyNewer(author: Author): Story {
  const { random } = author;
  const place = { namespace: random.pick(['acme', 'images']), repository: nameRepository(author) };
  const { moment, delivery } = report(author, place, `newer-${author.number}`);
  const targets = pickTargets(random, 4);
  const older = random.integer(0, 3);
  return {
    kind: 'partly newer',
    repositories: [place],
    tasks: [
      ...tasksOf(place, targets.slice(0, older), 'goes', moment.before),
      ...tasksOf(place, targets.slice(older), 'stays', moment.after),
    ],
    deliveries: [delivery],
  };
}

/** The request names targets: others stay, and those that SWR doesn't list go all the same. */
export function namedTargets(author: Author): Story {
  const { random } = author;
  const place = { namespace: 'acme', repository: nameRepository(author) };
  const [hidden, listed, absent, ...others] = pickTargets(random, 5);
  const some = (target: Target | undefined) => (target !== undefined && random.chance(0.7) ? [target] : []);
  const parts = { hidden: some(hidden), listed: some(listed), absent: some(absent) };
  const named = Object.values(parts).flat();
  if (named.length === 0) return goneRepository(author);
  const subject = { ...place, targets: random.shuffle(named) };
  const { moment, delivery } = report(author, subject, `named-${author.number}`);
  return {
    kind: 'named targets',
    repositories: [place],
    tasks: [
      ...tasksOf(place, parts.hidden, 'goes', moment.before).map((task) => ({ ...task, hidden: true })),
      ...tasksOf(place, parts.listed, 'goes', moment.before),
      ...tasksOf(place, others, 'stays', moment.before),
    ],
    deliveries: [delivery],
  };
}
