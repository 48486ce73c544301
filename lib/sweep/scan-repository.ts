import { coversTarget } from '../cleanup/confirm-gone.ts';
import { findDenyRule } from '../cleanup/decide.ts';
import type { Deadline } from '../deadline.ts';
import { type Failure, failureOf } from '../failure.ts';
import { nameOf, type Target } from '../huaweicloud/names.ts';
import { checkTargets, mayHaveMore, type SyncTask } from '../huaweicloud/sync-task.ts';
import { retry } from '../retry.ts';
import { findSources } from '../routing/find-sources.ts';
import { ageAtStart, judgeTask, type TargetState, type TaskFacts, type TaskJudgement } from './judge-task.ts';
import {
  type FoundTask,
  NO_COUNTS,
  type Sweep,
  type SweepCounts,
  type SweepFinding,
  type SweptOrganization,
} from './ledger.ts';
import type { SourceRepositories } from './source-repositories.ts';
import type { SweepContext, SwrReader } from './step.ts';

/** Dependencies of all scans of one page. */
export interface PageContext {
  readonly sweep: Sweep;
  readonly organization: SweptOrganization;
  readonly swr: SwrReader;
  readonly targets: TargetOrganizations;
  readonly sources: SourceRepositories;
  readonly deadline: Deadline;
}

export interface ScannedRepository {
  readonly counts: SweepCounts;
  readonly finding?: SweepFinding;
  /** Failure to list the tasks. */
  readonly failure?: Failure;
}

/**
 * Scans the tasks of one repository, read-only.
 *
 * @throws {ServiceError} `LEDGER_UNAVAILABLE`
 */
export async function scanRepository(
  repository: string,
  pageContext: PageContext,
  context: SweepContext,
): Promise<ScannedRepository> {
  const { swr, organization, deadline } = pageContext;
  const { namespace } = organization;
  const counts = { ...NO_COUNTS, repositories: 1 };
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
  const facts = await gatherFacts(repository, tasks, pageContext, context);
  const { startedAt } = pageContext.sweep;
  const { allowedTargets } = context.config.safety;
  const rules = { startedAt, ...(allowedTargets && { allowedTargets }) };
  const judged = tasks.map((task) => ({ task, ...judgeTask(task, facts, rules) }));
  const found = judged.filter(({ reasons }) => reasons.length > 0);
  const doubtful = (doubt: TaskJudgement['doubts'][number]) =>
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
        tasks: found.map((each) => describeFound(each, facts, pageContext.sources)),
      },
    }),
  };
}

/** Checks the targets and sources of the tasks that are older than the sweep. */
async function gatherFacts(
  repository: string,
  tasks: readonly SyncTask[],
  { sweep, organization, targets, sources }: PageContext,
  { config }: SweepContext,
): Promise<TaskFacts> {
  const older = tasks.filter((task) => ageAtStart(task, sweep.startedAt) === 'older');
  const states = new Map<string, TargetState>();
  for (const task of older) states.set(nameOf(task), await targets.stateOf(task));
  const leading =
    older.length === 0
      ? []
      : findSources(config.routes, { ...organization, repository }).filter((origin) =>
          older.some((task) => coversTarget(origin, task)),
        );
  const origins: TaskFacts['origins'][number][] = [];
  for (const origin of leading) origins.push({ origin, state: await sources.stateOf(repository, origin) });
  return { targetOf: (target) => states.get(nameOf(target)) ?? 'unknown', origins };
}

function describeFound(
  { task, reasons }: { readonly task: SyncTask; readonly reasons: TaskJudgement['reasons'] },
  { origins }: TaskFacts,
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

/** State of the organizations that tasks copy to. Lists each account once per step: an older list may lack new ones. */
export class TargetOrganizations {
  readonly #context: Pick<SweepContext, 'accounts' | 'config' | 'log'>;
  readonly #deadline: Deadline;
  readonly #lists = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(context: Pick<SweepContext, 'accounts' | 'config' | 'log'>, deadline: Deadline) {
    this.#context = context;
    this.#deadline = deadline;
  }

  async stateOf({ remoteRegionId, remoteNamespace }: Target): Promise<TargetState> {
    const { accounts, sweep } = this.#context.config;
    const seeing = sweep.targetAccounts.filter((name) => accounts[name]?.region === remoteRegionId);
    if (seeing.length === 0) return 'unchecked';
    const lists = await Promise.all(seeing.map((name) => this.#listOf(name)));
    if (lists.some((names) => names.has(remoteNamespace))) return 'exists';
    // An account with an empty list may lack the permission.
    return lists.some((names) => names.size === 0) ? 'unknown' : 'gone';
  }

  #listOf(account: string): Promise<ReadonlySet<string>> {
    const list = this.#lists.get(account) ?? this.#list(account);
    this.#lists.set(account, list);
    return list;
  }

  /** Empty after a failure. */
  async #list(account: string): Promise<ReadonlySet<string>> {
    const { accounts, log } = this.#context;
    try {
      const list = () => accounts.clientOf(account).listOrganizations(this.#deadline);
      return new Set(await retry(list, this.#deadline));
    } catch (error) {
      log.warn('target organizations not listed', { account, ...failureOf(error) });
      return new Set();
    }
  }
}
