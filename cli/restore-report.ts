import type { Restoration } from '../lib/cleanup/restore.ts';
import type { RestoreStep } from '../lib/cleanup/restore-plan.ts';
import { nameOf } from '../lib/huaweicloud/names.ts';
import type { TaskEntry } from '../lib/ledger/history.ts';
import { formatImageName } from './names.ts';
import { formatTable, sortBy } from './table.ts';
import { formatTime } from './times.ts';

/** What is to become of a deleted task, or has. */
type Told = RestoreStep<TaskEntry> | Restoration<TaskEntry>;

const STATES = {
  missing: 'would be restored',
  there: 'already there',
  'restored before': 'restored before',
  failed: 'failed',
} as const;

type Outcome = (typeof STATES)[keyof typeof STATES] | 'restored' | 'not tried';

export function outcomeOf(told: Told): Outcome {
  // Ctrl-C came before it.
  if ('code' in told && told.code === 'DEADLINE') return 'not tried';
  return 'state' in told ? STATES[told.state] : told.outcome;
}

export function sortTold<T extends Told>(steps: readonly T[]): T[] {
  return sortBy(
    steps,
    ({ deletion }) => `${deletion.account} ${formatImageName(deletion)} ${nameOf(deletion.target)}`,
  );
}

/** One deleted task in the document of `--json`. */
export function documentOf(told: Told) {
  const { account, namespace, repository, target, task, at, id } = told.deletion;
  return {
    outcome: outcomeOf(told),
    account,
    namespace,
    repository,
    target,
    syncAuto: task?.syncAuto ?? false,
    override: task?.override ?? false,
    deletedAt: at,
    delivery: id,
    ...('code' in told && { code: told.code, message: told.message }),
  };
}

export function formatSteps(steps: readonly Told[]): string {
  return formatTable(
    ['OUTCOME', 'ACCOUNT', 'REPOSITORY', 'TARGET', 'AUTO', 'OVERRIDE', 'DELETED (UTC)', 'NOTE'],
    steps.map((told) => {
      const { deletion } = told;
      const { syncAuto = false, override = false } = deletion.task ?? {};
      return [
        outcomeOf(told),
        deletion.account,
        formatImageName(deletion),
        nameOf(deletion.target),
        syncAuto ? 'yes' : 'no',
        override ? 'yes' : 'no',
        formatTime(deletion.at),
        noteOf(told),
      ];
    }),
  );
}

function noteOf(told: Told): string {
  if ('message' in told && told.code !== 'DEADLINE') return told.message;
  if (outcomeOf(told) === 'restored before')
    return 'gone again, or a task that SWR does not list; --again creates it';
  return told.deletion.task === undefined ? 'how it copied is not known' : '';
}

/** "2 restored, 1 failed." */
export function countOutcomes(steps: readonly Told[]): string {
  const counts = new Map<Outcome, number>();
  for (const step of steps) counts.set(outcomeOf(step), (counts.get(outcomeOf(step)) ?? 0) + 1);
  return `${[...counts].map(([outcome, number]) => `${number} ${outcome}`).join(', ')}.`;
}
