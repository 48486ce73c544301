import type { Outcome } from '../lib/cleanup/outcome.ts';
import { nameOf } from '../lib/huaweicloud/names.ts';
import { formatTable, formatTime, sortBy } from './table.ts';

/** Outcome with its place. */
export type PlacedOutcome = Outcome & {
  readonly account: string;
  readonly namespace: string;
  readonly repository: string;
};

/** True if Ctrl-C came before the attempt. */
export function isNotTried(outcome: Outcome): boolean {
  return outcome.outcome === 'failed' && outcome.code === 'DEADLINE';
}

/** True for an attempt that failed. */
export function hasFailed(outcome: Outcome): boolean {
  return outcome.outcome === 'failed' && !isNotTried(outcome);
}

/** True if only the dry run keeps the task. */
export function isPlanned(outcome: Outcome): boolean {
  return outcome.outcome === 'kept' && outcome.reason === 'dry run';
}

/** Sorts outcomes of one organization. */
export function sortOutcomes(outcomes: readonly PlacedOutcome[]): PlacedOutcome[] {
  return sortBy(
    outcomes,
    ({ repository, target }) => `${repository} ${target === undefined ? '' : nameOf(target)}`,
  );
}

/** Name of an outcome in results. */
export function nameOutcome(outcome: Outcome): string {
  if (isPlanned(outcome)) return 'would be deleted';
  if (isNotTried(outcome)) return 'not tried';
  return outcome.outcome === 'absent' ? 'gone already' : outcome.outcome;
}

/** Outcome in the document of `--json`. */
export function describeOutcome(placed: PlacedOutcome) {
  const { account: _, namespace, repository, target, task, outcome: __, ...rest } = placed;
  return {
    outcome: nameOutcome(placed),
    namespace,
    repository,
    ...(target && { target }),
    ...(task && { syncAuto: task.syncAuto, override: task.override, createdAt: task.createdAt }),
    ...(!isPlanned(placed) && rest),
  };
}

/** Formats outcomes of one account. */
export function formatOutcomes(outcomes: readonly PlacedOutcome[]): string {
  return formatTable(
    ['OUTCOME', 'REPOSITORY', 'TARGET', 'CREATED (UTC)', 'NOTE'],
    outcomes.map((outcome) => [
      nameOutcome(outcome),
      `${outcome.namespace}/${outcome.repository}`,
      outcome.target === undefined ? '-' : nameOf(outcome.target),
      formatTime(outcome.task?.createdAt),
      explainOutcome(outcome),
    ]),
  );
}

/** Reason of an outcome, where there is one. */
export function explainOutcome(outcome: Outcome): string {
  if (isNotTried(outcome)) return '';
  if (outcome.outcome === 'failed') return outcome.message;
  if (isPlanned(outcome)) return outcome.task === undefined ? 'SWR does not list it' : '';
  if (outcome.outcome !== 'kept') return '';
  const { reason, rule, livingSource } = outcome;
  if (livingSource !== undefined) return `${reason}: ${livingSource}`;
  return rule === undefined ? reason : `${reason} by ${rule}`;
}
