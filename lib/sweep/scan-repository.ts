import { coversTarget } from '../cleanup/confirm-gone.ts';
import { findDenyRule } from '../cleanup/decide.ts';
import type { Deadline } from '../deadline.ts';
import { type Failure, failureOf } from '../failure.ts';
import { nameOf } from '../huaweicloud/names.ts';
import { checkTargets, mayHaveMore, type SyncTask } from '../huaweicloud/sync-task.ts';
import { retry } from '../retry.ts';
import { findSources } from '../routing/find-sources.ts';
import type { SweepContext, SwrReader } from './context.ts';
import { ageOf, type Facts, type Judgement, judgeTask, type TargetState } from './judge-task.ts';
import type { Finding, FoundTask, Organization, Sweep } from './ledger.ts';
import { type Counts, NOTHING } from './report.ts';
import type { SourceRepositories } from './source-repositories.ts';
import type { TargetOrganizations } from './target-organizations.ts';

/** What the repositories of one page have in common. */
export interface Surroundings {
  readonly sweep: Sweep;
  readonly organization: Organization;
  readonly swr: SwrReader;
  readonly targets: TargetOrganizations;
  readonly sources: SourceRepositories;
  readonly deadline: Deadline;
}

export interface Scanned {
  readonly counts: Counts;
  readonly finding?: Finding;
  /** Why its tasks could not be listed. */
  readonly failure?: Failure;
}

/**
 * Looks at the tasks of one repository. Changes nothing.
 *
 * @throws {ServiceError} `LEDGER_UNAVAILABLE`
 */
export async function scanRepository(
  repository: string,
  surroundings: Surroundings,
  context: SweepContext,
): Promise<Scanned> {
  const { swr, organization, deadline } = surroundings;
  const { namespace } = organization;
  const counts = { ...NOTHING, repositories: 1 };
  if (findDenyRule(context.config.safety, namespace, repository) !== undefined)
    return { counts: { ...counts, denied: 1 } };
  let listed: readonly SyncTask[];
  try {
    listed = await retry(() => swr.listSyncTasks(namespace, repository, deadline), deadline);
  } catch (error) {
    const failure = failureOf(error);
    context.log.warn('unread', { ...organization, repository, ...failure });
    return { counts: { ...counts, unread: 1 }, failure };
  }
  const { tasks, failure } = checkTargets(listed, `${namespace}/${repository}`);
  if (failure !== undefined) context.log.warn('unread', { ...organization, repository, ...failure });
  if (mayHaveMore(listed)) context.log.warn('may have more', { ...organization, repository });
  const facts = await gatherFacts(repository, tasks, surroundings, context);
  const { startedAt } = surroundings.sweep;
  const { allowedTargets } = context.config.safety;
  const rules = { startedAt, ...(allowedTargets && { allowedTargets }) };
  const judged = tasks.map((task) => ({ task, ...judgeTask(task, facts, rules) }));
  const found = judged.filter(({ reasons }) => reasons.length > 0);
  const doubtful = (doubt: Judgement['doubts'][number]) =>
    judged.filter(({ reasons, doubts }) => reasons.length === 0 && doubts.includes(doubt)).length;
  return {
    counts: {
      ...counts,
      unread: failure === undefined ? 0 : 1,
      tasks: tasks.length,
      found: found.length,
      suspected: doubtful('suspected'),
      undecided: doubtful('undecided'),
      unchecked: doubtful('unchecked'),
    },
    ...(found.length > 0 && {
      finding: {
        ...organization,
        repository,
        tasks: found.map((each) => describeFound(each, facts, surroundings.sources)),
      },
    }),
  };
}

/** Asks only what a task depends on that was there before the sweep. */
async function gatherFacts(
  repository: string,
  tasks: readonly SyncTask[],
  { sweep, organization, targets, sources }: Surroundings,
  { config }: SweepContext,
): Promise<Facts> {
  const older = tasks.filter((task) => ageOf(task, sweep.startedAt) === 'older');
  const states = new Map<string, TargetState>();
  for (const task of older) states.set(nameOf(task), await targets.stateOf(task));
  const leading =
    older.length === 0
      ? []
      : findSources(config.routes, { ...organization, repository }).filter((origin) =>
          older.some((task) => coversTarget(origin, task)),
        );
  const origins: Facts['origins'][number][] = [];
  for (const origin of leading) origins.push({ origin, state: await sources.stateOf(repository, origin) });
  return { targetOf: (target) => states.get(nameOf(target)) ?? 'unknown', origins };
}

function describeFound(
  { task, reasons }: { readonly task: SyncTask; readonly reasons: Judgement['reasons'] },
  { origins }: Facts,
  sources: SourceRepositories,
): FoundTask {
  const { remoteRegionId, remoteNamespace } = task;
  const target = { remoteRegionId, remoteNamespace };
  const leading = origins.flatMap((each) => (coversTarget(each.origin, task) ? [each.origin] : []));
  const [origin] = leading;
  const onlySource = reasons.every((reason) => reason === 'source repository is gone');
  const unproven = onlySource ? leading.flatMap((each) => sources.unprovenOf(each) ?? []) : [];
  return {
    target,
    reasons,
    ...(onlySource &&
      origin?.repository !== undefined && {
        source: { name: origin.source, repository: origin.repository },
      }),
    ...(unproven.length > 0 && { unproven }),
  };
}
