import type { Outcome } from '../lib/cleanup/outcome.ts';
import { nameOf } from '../lib/huaweicloud/names.ts';
import { formatTable, formatTime, sortBy } from './table.ts';

/** Outcome with its repository. */
export type PlacedOutcome = Outcome & { readonly repository: string };

/** Tells whether Ctrl-C came before the attempt. */
export function isNotTried(outcome: Outcome): boolean {
  return outcome.outcome === 'failed' && outcome.code === 'DEADLINE';
}

/** Tells whether only the dry run keeps the task. */
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
