import type { Target } from '../../../lib/huaweicloud/names.ts';
import { busEvent, ecrDeletion, gitHubDeletion, queueMessage, signedRequest } from '../deliveries.ts';
import { arrival, type Moment, namedMoment } from '../moment.ts';
import type { Random } from '../random.ts';
import type { Delivery, Fate, PlannedTask, Subject, Way } from '../story.ts';

/** What a story is written with. */
export interface Author {
  readonly random: Random;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Of the story: no two have the same names. */
  readonly number: number;
}

export type Place = Required<Omit<Subject, 'targets'>>;

const REGIONS = ['cn-east-3', 'cn-south-1', 'ap-southeast-1', 'eu-west-101', 'la-north-2'];
const ORGANIZATIONS = ['acme-dr', 'acme-apac', 'backup'];
const ALL_TARGETS = REGIONS.flatMap((remoteRegionId) =>
  ORGANIZATIONS.map((remoteNamespace) => ({ remoteRegionId, remoteNamespace })),
);

/** So many targets, no two the same. */
export function pickTargets(random: Random, count: number): Target[] {
  return random.shuffle(ALL_TARGETS).slice(0, count);
}

export function tasksOf(
  place: Place,
  targets: readonly Target[],
  fate: Fate,
  createdAt: () => string,
): PlannedTask[] {
  return targets.map((target) => ({ ...place, ...target, createdAt: createdAt(), fate }));
}

/** The name of a repository, of all shapes that SWR takes. */
export function nameRepository({ random, number }: Author, flat = false): string {
  const shapes = ['svc-{}', 'a.b_{}', '{}x'];
  const deep = ['team/svc-{}', 'a/b__c/{}', 'svc/{}/api'];
  return random.pick(flat ? shapes : [...shapes, ...deep]).replace('{}', `${number}`);
}

/**
 * That a repository is gone, told by one of the ways that know it.
 *
 * @param options.everyTask no task of it is newer than the event, so that the event need not say when it happened.
 */
export function report(
  author: Author,
  subject: Subject & Place,
  id: string,
  { everyTask = false } = {},
): { readonly moment: Moment; readonly delivery: Delivery } {
  const { random, now } = author;
  const { namespace, repository } = subject;
  const way = random.pick(waysTo(subject));
  // Nobody tells GitHub's time of deletion. A message of the queue without one is as old as its arrival.
  const mayLackTime = way === 'standard-webhooks' || way === 'bus' || (way === 'queue' && everyTask);
  const isNamed = way === 'ecr' || way === 'queue' || mayLackTime;
  const moment =
    isNamed && !(mayLackTime && random.chance(0.5)) ? namedMoment(random, now) : arrival(random, now);
  const said = { id, subject, moment };
  const place = { namespace, repository };
  if (way === 'github')
    return { moment, delivery: gitHubDeletion(id, `${namespace}/${repository}`, [place]) };
  if (way === 'ecr') return { moment, delivery: ecrDeletion(id, repository, moment) };
  if (way === 'bus') return { moment, delivery: busEvent(said) };
  return { moment, delivery: way === 'queue' ? queueMessage(random, said) : signedRequest(said) };
}

function waysTo({ namespace, repository, targets }: Subject & Place): Way[] {
  if (namespace === 'images') return ['ecr'];
  const isAtGitHub = targets === undefined && !repository.includes('/');
  return [...(isAtGitHub ? (['github', 'github'] as const) : []), 'standard-webhooks', 'bus', 'queue'];
}
