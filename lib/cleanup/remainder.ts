import { type CleanupResult, type FailedOutcome, failuresOf } from './outcome.ts';
import type { CleanupRequest } from './request.ts';

/** A part of a request that failed, as a request of its own, with the failures in it. */
export interface Remainder {
  readonly request: CleanupRequest;
  readonly failures: readonly FailedOutcome[];
}

/** What is left of a request: one part that another try may settle, and those that a person has to see. */
export interface Remainders {
  readonly retry?: Remainder;
  readonly person: readonly Remainder[];
}

/**
 * Takes a result apart by what has to be done about its failures. Where they can't be told apart by target, another try
 * comes first: what then still fails is for a person.
 */
export function remaindersOf({ request, outcomes, rest }: CleanupResult): Remainders {
  const failures = failuresOf(outcomes);
  const retry = failures.filter(({ retryable }) => retryable);
  const person = failures.filter(({ retryable }) => !retryable);
  if (rest !== undefined) {
    // Nothing is done yet that another try would not do again, parking included.
    if (!isSmaller(rest, request)) return { retry: { request, failures }, person: [] };
    return {
      retry: { request: rest, failures: retry },
      person: person.map((failure) => narrowToOne(request, failure)),
    };
  }
  if (retry.length === 0) return { person: person.length === 0 ? [] : [{ request, failures: person }] };
  if (person.length === 0) return { retry: { request, failures: retry }, person: [] };
  const retryRequest = narrow(request, retry);
  const personRequest = narrow(request, person);
  if (retryRequest === undefined || personRequest === undefined) {
    return { retry: { request, failures }, person: [] };
  }
  return {
    retry: { request: retryRequest, failures: retry },
    person: [{ request: personRequest, failures: person }],
  };
}

/** Whether a part of an organization has been done, so that only the rest has to come back. */
export function isSmaller(rest: CleanupRequest, request: CleanupRequest): boolean {
  return (rest.offset ?? 0) > (request.offset ?? 0);
}

/** The request for the failed targets alone, or undefined if some failure concerns more than a target. */
function narrow(request: CleanupRequest, failures: readonly FailedOutcome[]): CleanupRequest | undefined {
  const targets = failures.flatMap(({ target }) => (target === undefined ? [] : [target]));
  if (request.repository === undefined || targets.length < failures.length) return undefined;
  return { ...request, targets };
}

/** The request for what failed in one repository of an organization. */
function narrowToOne(organization: CleanupRequest, failure: FailedOutcome): Remainder {
  // As a request of its own it is no longer the only one of its delivery.
  const { offset: _, after: __, siblings: ___, ...request } = organization;
  const { repository, target } = failure;
  return {
    request: { ...request, ...(repository && { repository }), ...(target && { targets: [target] }) },
    failures: [failure],
  };
}

/** All messages of some failures in one, each once. */
export function describeFailures(failures: readonly FailedOutcome[]): string {
  return [...new Set(failures.map(({ message }) => message))].join('; ');
}

/** The longest time that one of the failures asks to wait, in seconds. */
export function waitOf(failures: readonly FailedOutcome[]): number | undefined {
  const waits = failures.flatMap(({ retryAfterSeconds: seconds }) =>
    seconds === undefined ? [] : [seconds],
  );
  return waits.length === 0 ? undefined : Math.max(...waits);
}
