import { nameOf, type Target } from '../lib/huaweicloud/names.ts';
import type { SweepFinding, SweepReport } from '../lib/sweep/ledger.ts';
import { explainOutcome, nameOutcome, type PlacedOutcome } from './clean-outcomes.ts';
import { count, formatTable, sortBy } from './table.ts';

/** Findings of a sweep. */
export interface Found {
  /** Tasks to delete. */
  readonly standing: readonly SweepFinding[];
  /** Tasks held back: no canary confirms that their source repository is gone. */
  readonly held: readonly SweepFinding[];
}

const WHY_HELD =
  'the sweep saw no other private repository of the owner of their source; configure api.canary (docs/sources.md)';

type SweptTask = ReturnType<typeof sweptTasksOf>[number];

/**
 * Tasks that a sweep found, each with its outcome.
 *
 * @param state decision of the sweep; missing if it was interrupted before.
 */
export function sweptTasksOf(
  { standing, held }: Found,
  outcomes: readonly PlacedOutcome[],
  state: SweepReport['state'] | undefined,
) {
  const became = new Map(outcomes.map((outcome) => [taskKeyOf(outcome, outcome.target), outcome]));
  const tasks = [...standing, ...held].flatMap((finding) => {
    const { tasks: found, ...place } = finding;
    const isHeld = held.includes(finding);
    return found.map(({ target, reasons, source }) => {
      const outcome = isHeld
        ? undefined
        : (became.get(taskKeyOf(place, target)) ?? became.get(taskKeyOf(place, undefined)));
      const why = isHeld
        ? `no other private repository of the owner of ${source?.name}:${source?.repository} was seen: configure sources.${source?.name}.api.canary`
        : '';
      return {
        outcome: outcome === undefined ? nameUntouched(state, isHeld) : nameOutcome(outcome),
        ...place,
        target: nameOf(target),
        reasons,
        note: outcome === undefined ? why : explainOutcome(outcome),
      };
    });
  });
  return sortBy(
    tasks,
    ({ account, namespace, repository, target }) => `${account} ${namespace}/${repository} ${target}`,
  );
}

function taskKeyOf(
  { account, namespace, repository }: Pick<SweepFinding, 'account' | 'namespace' | 'repository'>,
  target: Target | undefined,
): string {
  return `${account} ${namespace}/${repository} ${target === undefined ? '' : nameOf(target)}`;
}

/** Outcome of a task that this run did not try to delete. */
function nameUntouched(state: SweepReport['state'] | undefined, isHeld: boolean): string {
  if (state === undefined) return 'not tried';
  if (isHeld) return 'held back';
  // By the run that this one resumes.
  if (state === 'applied') return 'done before';
  return state === 'rejected' ? 'kept' : 'would be deleted';
}

/** Formats tasks that a sweep found. */
export function formatSweptTasks(tasks: readonly SweptTask[]): string {
  return formatTable(
    ['OUTCOME', 'ACCOUNT', 'REPOSITORY', 'TARGET', 'REASON', 'NOTE'],
    tasks.map(({ outcome, account, namespace, repository, target, reasons, note }) => [
      outcome,
      account,
      `${namespace}/${repository}`,
      target,
      reasons.join(', '),
      note,
    ]),
  );
}

/** Formats the report of a sweep. */
export function formatReport({
  id,
  state,
  mode,
  percent,
  maxPercent,
  organizations,
  counts,
  heldBack = 0,
}: SweepReport): string {
  const { repositories, denied, unread, tasks, found, suspected, undecided, unchecked } = counts;
  const share = `${Number(percent.toFixed(2))} % of them, sweep.maxPercent is ${maxPercent}`;
  const lines: (readonly [string, string])[] = [
    ['sweep', id],
    ['decided', `${state} (mode ${mode})`],
    [
      'listed',
      `${count(tasks, 'task')} in ${count(repositories, 'repository')} of ${count(organizations, 'organization')}`,
    ],
    ['to delete', `${count(found, 'task')} (${share})`],
    ['suspected', `${count(suspected, 'task')}: deleted if a later sweep confirms it`],
    ['undecided', `${count(undecided, 'task')}: a check gave no answer`],
    ...(heldBack > 0 ? [['held back', `${count(heldBack, 'task')} of these: ${WHY_HELD}`] as const] : []),
    ['unchecked', `${count(unchecked, 'task')}: no sweep.targetAccounts sees the target`],
    ['denied', `${count(denied, 'repository')} skipped (safety.deny)`],
    ['unread', `${count(unread, 'repository')} whose tasks could not be listed`],
  ];
  return lines.map(([name, text]) => `${name.padEnd(9)}  ${text}`).join('\n');
}
