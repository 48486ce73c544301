import * as v from 'valibot';
import { outcomeKey } from '../cleanup/outcome.ts';
import type { Target } from '../huaweicloud/names.ts';

/** Outcomes of the latest attempt of a request, and what all of its attempts have kept. */
interface Ended {
  readonly repository?: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly noted: readonly unknown[];
}

/** Entry of a task. */
interface Tried {
  readonly repository: string;
  readonly target: Target;
  readonly outcome: 'intended' | 'deleted' | 'absent' | 'failed';
  readonly at: string;
  readonly settledAt?: string;
}

const failureSchema = v.object({
  outcome: v.literal('failed'),
  repository: v.exactOptional(v.string()),
  target: v.exactOptional(v.object({ remoteRegionId: v.string(), remoteNamespace: v.string() })),
});

/**
 * Number of outcomes of a request over all of its attempts; kinds without any are missing.
 *
 * Each target counts once, by its entries: `deleted` wins, then the latest. A task that was created again after its deletion has
 * another entry, and a second `deleted` counts. Failures without an entry, such as that of a list, are those of the latest
 * attempt.
 *
 * @param tasks of the request, from all attempts.
 */
export function totalsOf(request: Ended, tasks: readonly Tried[]): Record<string, number> {
  const { counts, noted } = request;
  const keyOf = ({
    repository = request.repository ?? '',
    target,
  }: {
    repository?: string;
    target?: Target;
  }) => outcomeKey({ repository, ...(target && { target }) });
  const listed = noted.filter((each) => v.is(failureSchema, each));
  const failing = new Set(listed.map(keyOf));
  const sum = { deleted: 0, absent: 0, failed: 0, intended: 0 };
  for (const [key, entries] of Map.groupBy(tasks, keyOf)) {
    const deleted = entries.filter(({ outcome }) => outcome === 'deleted').length;
    const latest = entries.reduce((one, other) => (timeOf(other) >= timeOf(one) ? other : one)).outcome;
    if (deleted > 0) sum.deleted += deleted;
    else if (latest === 'absent' || !failing.has(key)) sum[latest] += 1;
    if (deleted > 0 || latest === 'absent') failing.delete(key);
  }
  // The entry lists the first hundred only. The others are most likely those of the tasks that are not settled.
  const unlisted = Math.max(0, (counts['failed'] ?? 0) - listed.length);
  const totals = {
    deleted: sum.deleted,
    absent: sum.absent,
    kept: counts['kept'] ?? 0,
    failed: failing.size + Math.max(unlisted, sum.failed),
    intended: Math.max(0, sum.intended - unlisted),
  };
  return Object.fromEntries(Object.entries(totals).filter(([, number]) => number > 0));
}

function timeOf({ settledAt, at }: Tried): string {
  return settledAt ?? at;
}
