import type { Outcome } from '../lib/cleanup/outcome.ts';
import { nameOf } from '../lib/huaweicloud/names.ts';
import { formatTable, sortBy } from './table.ts';
import { formatTime } from './times.ts';

/** An outcome that says which repository it concerns. */
export type PlacedOutcome = Outcome & { readonly repository: string };

/** Whether it was Ctrl-C that kept it from being tried. */
export function isNotTried(outcome: Outcome): boolean {
  return outcome.outcome === 'failed' && outcome.code === 'DEADLINE';
}

/** Whether the task would be deleted, were it not for the dry run. */
export function isPlanned(outcome: Outcome): boolean {
  return outcome.outcome === 'kept' && outcome.reason === 'dry run';
}

export function sortOutcomes(outcomes: readonly PlacedOutcome[]): PlacedOutcome[] {
  return sortBy(
    outcomes,
    ({ repository, target }) => `${repository} ${target === undefined ? '' : nameOf(target)}`,
  );
}

export function nameOutcome(outcome: Outcome): string {
  if (isPlanned(outcome)) return 'would be deleted';
  if (isNotTried(outcome)) return 'not tried';
  return outcome.outcome === 'absent' ? 'gone already' : outcome.outcome;
}

/** One task in the document of `--json`. */
export function documentOf(namespace: string, { repository, target, task, ...outcome }: PlacedOutcome) {
  const { outcome: _, ...rest } = outcome;
  return {
    outcome: nameOutcome(outcome),
    namespace,
    repository,
    ...(target && { target }),
    ...(task && { syncAuto: task.syncAuto, override: task.override, createdAt: task.createdAt }),
    ...(!isPlanned(outcome) && rest),
  };
}

export function formatOutcomes(namespace: string, outcomes: readonly PlacedOutcome[]): string {
  return formatTable(
    ['OUTCOME', 'REPOSITORY', 'TARGET', 'CREATED (UTC)', 'NOTE'],
    outcomes.map((outcome) => [
      nameOutcome(outcome),
      `${namespace}/${outcome.repository}`,
      outcome.target === undefined ? '-' : nameOf(outcome.target),
      formatTime(outcome.task?.createdAt),
      noteOf(outcome),
    ]),
  );
}

export function noteOf(outcome: Outcome): string {
  if (isNotTried(outcome)) return '';
  if (outcome.outcome === 'failed') return outcome.message;
  if (isPlanned(outcome)) return outcome.task === undefined ? 'SWR does not list it' : '';
  if (outcome.outcome !== 'kept') return '';
  const { reason, rule, livingSource } = outcome;
  if (livingSource !== undefined) return `${reason}: ${livingSource}`;
  return rule === undefined ? reason : `${reason} by ${rule}`;
}

/** "3 deleted, 1 failed." */
export function countOutcomes(outcomes: readonly Outcome[]): string {
  const counts = new Map<string, number>();
  for (const name of outcomes.map(nameOutcome)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return `${[...counts].map(([name, number]) => `${number} ${name}`).join(', ')}.`;
}
