import type { Target } from '../../../lib/huaweicloud/names.ts';
import type { Random } from '../random.ts';

export interface CaseTask extends Target {
  readonly namespace: string;
  readonly repository: string;
  readonly createdAt: string;
  /** SWR doesn't list it. */
  readonly hidden?: boolean;
  /** Expected final state. */
  readonly expected: 'deleted' | 'kept';
}

/** Subject of a cleanup request. */
export interface Subject {
  readonly namespace: string;
  readonly repository?: string;
  readonly targets?: readonly Target[];
}

export type Image = Required<Omit<Subject, 'targets'>>;

/** One event without its signature, which is made anew each time. It may be delivered several times. */
export type SoakEvent = SoakWebhook | SoakBusEvent | QueueEvent;

interface AnyEvent {
  /** Of its requests. */
  readonly id: string;
  /** Each has to be in the ledger afterwards, or in the dead-letter queue. */
  readonly requests: readonly Subject[];
  /** The code with which it has to be in the dead-letter queue. */
  readonly deadLetteredAs?: string;
  /** True if it names more tasks than one request may delete, so that it must be dead-lettered. */
  readonly tooLarge?: true;
}

export interface SoakWebhook extends AnyEvent {
  readonly way: 'github' | 'standard-webhooks';
  /** The sender's own id. */
  readonly deliveryId: string;
  readonly body: string;
  /** Signed with a key that is not the source's, or signed long ago. */
  readonly flaw?: 'forged' | 'stale';
  /** Expected answer of `receive`. */
  readonly status: 200 | 202 | 401 | 422;
}

export interface SoakBusEvent extends AnyEvent {
  readonly way: 'bus' | 'ecr';
  readonly source: string;
  readonly detailType: string;
  readonly detail: object;
}

export interface QueueEvent extends AnyEvent {
  readonly way: 'queue';
  readonly body: string;
}

/** Some tasks with the events about them, and how the tasks have to be afterwards. */
export interface SoakCase {
  readonly kind: string;
  readonly repositories: readonly Image[];
  readonly tasks: readonly CaseTask[];
  readonly events: readonly SoakEvent[];
  /** Once the first event is done, its repository exists again with these tasks, and the event is delivered once more. */
  readonly recreated?: readonly Omit<CaseTask, 'createdAt'>[];
}

/** Input of the function that makes a case. */
export interface CaseContext {
  readonly random: Random;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Number of the case: no two have the same names. */
  readonly number: number;
}

/** Makes a case of one kind. */
export type MakeCase = (context: CaseContext) => Omit<SoakCase, 'kind'>;

/** Kinds of cases, each with its weight. */
export type Kinds = Readonly<Record<string, readonly [weight: number, make: MakeCase]>>;

const REGIONS = ['cn-east-3', 'cn-south-1', 'ap-southeast-1', 'eu-west-101', 'la-north-2'];
const ORGANIZATIONS = ['acme-dr', 'acme-apac', 'backup'];
const ALL_TARGETS = REGIONS.flatMap((remoteRegionId) =>
  ORGANIZATIONS.map((remoteNamespace) => ({ remoteRegionId, remoteNamespace })),
);

/** Picks targets, no two the same. */
export function pickTargets(random: Random, count: number): Target[] {
  return random.shuffle(ALL_TARGETS).slice(0, count);
}

export function tasksOf(
  image: Image,
  targets: readonly Target[],
  expected: CaseTask['expected'],
  createdAt: () => string,
): CaseTask[] {
  return targets.map((target) => ({ ...image, ...target, createdAt: createdAt(), expected }));
}

/** The name of a repository, of all shapes that SWR takes. */
export function nameRepository({ random, number }: CaseContext, flat = false): string {
  const shapes = ['svc-{}', 'a.b_{}', '{}x'];
  const deep = ['team/svc-{}', 'a/b__c/{}', 'svc/{}/api'];
  return random.pick(flat ? shapes : [...shapes, ...deep]).replace('{}', `${number}`);
}
