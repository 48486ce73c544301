import type { Target } from '../../../lib/huaweicloud/names.ts';
import type { Random } from '../random.ts';
import type { CaseTask, Image, SoakCase } from './soak-case.ts';

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
