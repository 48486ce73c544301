import { type CleanupResult, type FailedOutcome, failuresOf } from './outcome.ts';
import type { CleanupRequest } from './request.ts';

/** What others may want to know of; `docs/events` has the schema of each detail. */
export interface BusEvent {
  readonly type: 'Sync Task Deleted' | 'Sync Task Kept' | 'Cleanup Failed' | 'Sweep Finished';
  readonly detail: object;
}

/** One for each task that was deleted, or that stays. What was gone already is no news, and what failed may still pass. */
export function busEventsOf({ request, outcomes }: CleanupResult): BusEvent[] {
  return outcomes.flatMap((each): BusEvent[] => {
    const { repository = request.repository, ...outcome } = each;
    const detail = { request, ...(repository !== undefined && { repository }), ...outcome };
    if (outcome.outcome === 'deleted') return [{ type: 'Sync Task Deleted', detail }];
    return outcome.outcome === 'kept' ? [{ type: 'Sync Task Kept', detail }] : [];
  });
}

/** That what failed of a request is in the dead-letter queue, and why. */
export function deadLetteredEvent(failures: readonly FailedOutcome[], request?: CleanupRequest): BusEvent {
  return failed({ ...(request && { request }), parked: true }, failures);
}

/** That whoever asked for something was told that it failed, if it did. */
export function failedAnswerEvents({ request, outcomes }: CleanupResult): BusEvent[] {
  const failures = failuresOf(outcomes);
  return failures.length === 0 ? [] : [failed({ request, parked: false }, failures)];
}

function failed(about: object, failures: readonly FailedOutcome[]): BusEvent {
  const told = failures.map(({ repository, target, code, message, status, retryable }) => ({
    repository,
    target,
    code,
    message,
    status,
    retryable,
  }));
  return { type: 'Cleanup Failed', detail: { ...about, failures: told } };
}
