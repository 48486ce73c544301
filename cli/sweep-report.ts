import { nameOf } from '../lib/huaweicloud/names.ts';
import type { SweepFinding, SweepReport } from '../lib/sweep/ledger.ts';
import { nameOutcome, noteOf } from './clean-outcomes.ts';
import type { SweptOutcome } from './sweep-context.ts';
import { count, formatTable, sortBy } from './table.ts';

/** Task that a sweep has found, with its outcome. */
interface Row {
  readonly outcome: string;
  readonly account: string;
  readonly namespace: string;
  readonly repository: string;
  readonly target: string;
  readonly reasons: readonly string[];
  readonly note: string;
}

/** Findings of a sweep. */
export interface Found {
  /** Tasks to delete. */
  readonly standing: readonly SweepFinding[];
  /** Tasks held back: no canary confirms that their source repository is gone. */
  readonly held: readonly SweepFinding[];
}

/**
 * Makes a row of every task that was found.
 *
 * @param state decision of the sweep; missing if it was interrupted before.
 */
export function rowsOf(
  { standing, held }: Found,
  outcomes: readonly SweptOutcome[],
  state: SweepReport['state'] | undefined,
): Row[] {
  const became = new Map(outcomes.map((outcome) => [keyOf(outcome, outcome.target), outcome]));
  const rows = standing.flatMap(({ tasks, ...place }) =>
    tasks.map(({ target, reasons }): Row => {
      const outcome = became.get(keyOf(place, target)) ?? became.get(keyOf(place, undefined));
      return {
        outcome: outcome === undefined ? untouched(state) : nameOutcome(outcome),
        ...place,
        target: nameOf(target),
        reasons,
        note: outcome === undefined ? '' : noteOf(outcome),
      };
    }),
  );
  const heldRows = held.flatMap(({ tasks, ...place }) =>
    tasks.map(({ target, reasons, source }): Row => {
      const outcome = state === undefined ? untouched(state) : 'held back';
      const note = `no other private repository of the owner of ${source?.name}:${source?.repository} was seen: configure sources.${source?.name}.api.canary`;
      return { outcome, ...place, target: nameOf(target), reasons, note };
    }),
  );
  return sortBy(
    [...rows, ...heldRows],
    ({ account, namespace, repository, target }) => `${account} ${namespace}/${repository} ${target}`,
  );
}

type Place = Pick<SweepFinding, 'account' | 'namespace' | 'repository'>;

function keyOf(
  { account, namespace, repository }: Place,
  target: Parameters<typeof nameOf>[0] | undefined,
): string {
  return `${account} ${namespace}/${repository} ${target === undefined ? '' : nameOf(target)}`;
}

function untouched(state: SweepReport['state'] | undefined): string {
  if (state === undefined) return 'not tried';
  // By the run that this one resumes.
  if (state === 'applied') return 'done before';
  return state === 'rejected' ? 'kept' : 'would be deleted';
}

export function formatRows(rows: readonly Row[]): string {
  return formatTable(
    ['OUTCOME', 'ACCOUNT', 'REPOSITORY', 'TARGET', 'REASON', 'NOTE'],
    rows.map(({ outcome, account, namespace, repository, target, reasons, note }) => [
      outcome,
      account,
      `${namespace}/${repository}`,
      target,
      reasons.join(', '),
      note,
    ]),
  );
}

/** Formats what a sweep has listed and decided. */
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
  const lines: [string, string][] = [
    ['sweep', id],
    ['decided', `${state} (mode ${mode})`],
    [
      'listed',
      `${count(tasks, 'task')} in ${count(repositories, 'repository')} of ${count(organizations, 'organization')}`,
    ],
    ['to delete', `${count(found, 'task')} (${share})`],
    ['suspected', `${count(suspected, 'task')}: deleted if a later sweep confirms it`],
    ['undecided', `${count(undecided, 'task')}: a check gave no answer`],
    ...(heldBack > 0 ? [describeHeldBack(heldBack)] : []),
    ['unchecked', `${count(unchecked, 'task')}: no sweep.targetAccounts sees the target`],
    ['denied', `${count(denied, 'repository')} skipped (safety.deny)`],
    ['unread', `${count(unread, 'repository')} whose tasks could not be listed`],
  ];
  return lines.map(([name, text]) => `${name.padEnd(9)}  ${text}`).join('\n');
}

function describeHeldBack(heldBack: number): [string, string] {
  const why = 'the sweep saw no other private repository of the owner of their source';
  return ['held back', `${count(heldBack, 'task')} of these: ${why}; configure api.canary (docs/sources.md)`];
}
