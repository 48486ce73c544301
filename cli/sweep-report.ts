import { nameOf } from '../lib/huaweicloud/names.ts';
import type { Finding } from '../lib/sweep/ledger.ts';
import type { SweepReport } from '../lib/sweep/report.ts';
import { nameOutcome, noteOf } from './clean-outcomes.ts';
import type { SweptOutcome } from './sweep-context.ts';
import { count, formatTable, sortBy } from './table.ts';

/** One task that a sweep has found, and what became of it. */
interface Row {
  readonly outcome: string;
  readonly account: string;
  readonly namespace: string;
  readonly repository: string;
  readonly target: string;
  readonly reasons: readonly string[];
  readonly note: string;
}

/** What a sweep has found. */
export interface Found {
  /** The tasks that may go. */
  readonly standing: readonly Finding[];
  /** The tasks that stay because nothing proves that their source repository is gone. */
  readonly held: readonly Finding[];
}

/**
 * Every task that was found.
 *
 * @param state what the sweep has decided; missing where it was ended before.
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

type Place = Pick<Finding, 'account' | 'namespace' | 'repository'>;

function keyOf(
  { account, namespace, repository }: Place,
  target: Parameters<typeof nameOf>[0] | undefined,
): string {
  return `${account} ${namespace}/${repository} ${target === undefined ? '' : nameOf(target)}`;
}

function untouched(state: SweepReport['state'] | undefined): string {
  if (state === undefined) return 'not tried';
  // By the run that this one has gone on with.
  if (state === 'applied') return 'done before';
  return state === 'refused' ? 'stays' : 'would be deleted';
}

export function formatRows(rows: readonly Row[]): string {
  return formatTable(
    ['OUTCOME', 'ACCOUNT', 'REPOSITORY', 'TARGET', 'WHY', 'NOTE'],
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

/** What a sweep has seen and decided, line by line. */
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
      'seen',
      `${count(tasks, 'task')} in ${count(repositories, 'repository')} of ${count(organizations, 'organization')}`,
    ],
    ['to go', `${count(found, 'task')} (${share})`],
    ['suspected', `${count(suspected, 'task')}: gone if a later sweep hears it again`],
    ['undecided', `${count(undecided, 'task')}: something could not be found out`],
    ...(heldBack > 0 ? [describeHeldBack(heldBack)] : []),
    ['unchecked', `${count(unchecked, 'task')}: no sweep.targetAccounts sees the target`],
    ['denied', `${count(denied, 'repository')} not looked at (safety.deny)`],
    ['unread', `${count(unread, 'repository')} whose tasks could not be listed`],
  ];
  return lines.map(([name, text]) => `${name.padEnd(9)}  ${text}`).join('\n');
}

function describeHeldBack(heldBack: number): [string, string] {
  const why = 'the sweep saw no other private repository of the owner of their source';
  return ['held back', `${count(heldBack, 'task')} of these: ${why}; configure api.canary (docs/sources.md)`];
}
