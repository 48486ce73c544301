import type { Target } from '../../../lib/huaweicloud/names.ts';
import {
  arrivalTime,
  busEvent,
  gitHubDeletionEvent,
  gitHubOrganizationDeletion,
  namedTime,
  queueMessage,
  repositoryDeletion,
  standardWebhook,
} from './events.ts';
import {
  type CaseTask,
  type Image,
  type Kinds,
  type MakeCase,
  nameRepository,
  pickTargets,
  tasksOf,
} from './soak-case.ts';

/** A repository was deleted, and all its tasks are older. Others beside it have similar names. */
const gone: MakeCase = (context) => {
  const { random, number } = context;
  const image = { namespace: random.pick(['acme', 'acme', 'images']), repository: nameRepository(context) };
  const { time, event } = repositoryDeletion(context, image, `gone-${number}`, { allOlder: true });
  const targets = pickTargets(random, random.integer(0, 4));
  const { namespace, repository } = image;
  const similar = random.chance(0.4)
    ? [
        random.pick<Image>([
          { namespace, repository: `${repository}-2` },
          { namespace, repository: `${repository}/api` },
          { namespace: `${namespace}-2`, repository },
        ]),
      ]
    : [];
  return {
    // The deletion may have reached SWR already: tasks outlive their repository.
    repositories: [...(random.chance(0.5) ? [image] : []), ...similar],
    tasks: [
      ...tasksOf(image, targets, 'deleted', time.before),
      ...similar.flatMap((each) => tasksOf(each, targets, 'kept', time.before)),
    ],
    events: [event],
  };
};

/** Some of the tasks are newer than the event. */
const partlyNewer: MakeCase = (context) => {
  const { random, number } = context;
  const image = { namespace: random.pick(['acme', 'images']), repository: nameRepository(context) };
  const { time, event } = repositoryDeletion(context, image, `newer-${number}`);
  const targets = pickTargets(random, 4);
  const older = random.integer(0, 3);
  const tasks = [
    ...tasksOf(image, targets.slice(0, older), 'deleted', time.before),
    ...tasksOf(image, targets.slice(older), 'kept', time.after),
  ];
  return { repositories: [image], tasks, events: [event] };
};

/** The request names targets: tasks with others stay, and a named task that SWR doesn't list is deleted too. */
const namedTargets: MakeCase = (context) => {
  const { random, number } = context;
  const image = { namespace: 'acme', repository: nameRepository(context) };
  const [hidden, listed, absent, ...others] = pickTargets(random, 5);
  const some = (target: Target | undefined) => (target !== undefined && random.chance(0.7) ? [target] : []);
  const parts = { hidden: some(hidden), listed: some(listed), absent: some(absent) };
  const named = Object.values(parts).flat();
  if (named.length === 0) return gone(context);
  const subject = { ...image, targets: random.shuffle(named) };
  const { time, event } = repositoryDeletion(context, subject, `named-${number}`);
  const tasks = [
    ...tasksOf(image, parts.hidden, 'deleted', time.before).map((task) => ({ ...task, hidden: true })),
    ...tasksOf(image, parts.listed, 'deleted', time.before),
    ...tasksOf(image, others, 'kept', time.before),
  ];
  return { repositories: [image], tasks, events: [event] };
};

const NARROW = { remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' };

/** The route has one target: tasks with others stay. */
const routeWithTargets: MakeCase = (context) => {
  const { random, now, number } = context;
  const repository = nameRepository(context, true);
  const image = { namespace: 'narrow', repository };
  const { before } = arrivalTime(random, now);
  const others = pickTargets(random, 4).filter(
    ({ remoteRegionId, remoteNamespace }) =>
      remoteRegionId !== NARROW.remoteRegionId || remoteNamespace !== NARROW.remoteNamespace,
  );
  const tasks = [
    ...tasksOf(image, [NARROW], 'deleted', before),
    ...tasksOf(image, others.slice(0, random.integer(1, 3)), 'kept', before),
  ];
  const event = gitHubDeletionEvent(`narrow-${number}`, `narrow/${repository}`, [image]);
  return { repositories: [image], tasks, events: [event] };
};

/** One source repository has images in two organizations. */
const twoDestinations: MakeCase = (context) => {
  const { random, now, number } = context;
  const repository = nameRepository(context, true);
  const images = ['copies', 'archive'].map((namespace) => ({ namespace, repository }));
  const { before } = arrivalTime(random, now);
  const tasks = images.flatMap((image) =>
    tasksOf(image, pickTargets(random, random.integer(1, 3)), 'deleted', before),
  );
  const event = gitHubDeletionEvent(`twofold-${number}`, `twofold/${repository}`, images);
  return { repositories: images, tasks, events: [event] };
};

/** Two senders report the same deletion, at about the same time. */
const reportedTwice: MakeCase = (context) => {
  const { random, number } = context;
  const image = { namespace: 'acme', repository: nameRepository(context) };
  const first = repositoryDeletion(context, image, `first-${number}`);
  const second = repositoryDeletion(context, image, `second-${number}`);
  const msOf = ({ time: { occurredAt } }: typeof first) => Date.parse(occurredAt ?? '9999-12-31T00:00Z');
  const { before } = (msOf(second) < msOf(first) ? second : first).time;
  return {
    repositories: random.chance(0.5) ? [image] : [],
    tasks: tasksOf(image, pickTargets(random, random.integer(1, 4)), 'deleted', before),
    events: [first.event, second.event],
  };
};

/** The name is used again, and then the sender sends its first event once more. */
const nameUsedAgain: MakeCase = (context) => {
  const { random, number } = context;
  const image = { namespace: random.pick(['acme', 'acme', 'images']), repository: nameRepository(context) };
  const { time, event } = repositoryDeletion(context, image, `reused-${number}`, { allOlder: true });
  const targets = pickTargets(random, random.integer(1, 3));
  return {
    repositories: [image],
    tasks: tasksOf(image, targets, 'deleted', time.before),
    events: [event],
    recreated: targets.map((target) => ({ ...image, ...target, expected: 'kept' })),
  };
};

/** A whole organization was deleted. Some of its tasks are newer, and some repositories are protected. */
const organization: MakeCase = ({ random, now, number }) => {
  const id = `org-${number}`;
  const subject = { namespace: id };
  const byGitHub = random.chance(0.5);
  const time = byGitHub ? arrivalTime(random, now) : namedTime(random, now);
  const makeEvent = random.pick([standardWebhook, busEvent, queueMessage]);
  const repositories = Array.from({ length: random.integer(1, 5) }, (_, index) => ({
    ...subject,
    repository: random.chance(0.15) ? `keep-${index}` : `svc-${index}`,
  }));
  const tasks = repositories.flatMap((image) => {
    const isProtected = image.repository.startsWith('keep-');
    return pickTargets(random, random.integer(0, 3)).flatMap((target): CaseTask[] => {
      const isNewer = random.chance(0.15);
      const expected = isProtected || isNewer ? 'kept' : 'deleted';
      return tasksOf(image, [target], expected, isNewer ? time.after : time.before);
    });
  });
  const event = byGitHub ? gitHubOrganizationDeletion(id, id) : makeEvent(random, id, subject, time);
  return { repositories, tasks, events: [event] };
};

/** An organization has more tasks than one request may delete. */
const tooLargeOrganization: MakeCase = ({ random, now, number }) => {
  const id = `large-${number}`;
  const time = namedTime(random, now);
  const repositories = Array.from({ length: 4 }, (_, index) => ({
    namespace: id,
    repository: `svc-${index}`,
  }));
  const event = standardWebhook(random, id, { namespace: id }, time);
  return {
    repositories,
    tasks: repositories.flatMap((image) => tasksOf(image, pickTargets(random, 15), 'deleted', time.before)),
    events: [{ ...event, tooLarge: true }],
  };
};

/** Kinds of cases in which tasks have to be deleted. */
export const DELETIONS: Kinds = {
  gone: [36, gone],
  'partly newer': [12, partlyNewer],
  'named targets': [8, namedTargets],
  'route with targets': [5, routeWithTargets],
  'route with two destinations': [4, twoDestinations],
  'reported twice': [5, reportedTwice],
  'name used again': [6, nameUsedAgain],
  organization: [5, organization],
  'organization that is too large': [0.3, tooLargeOrganization],
};
