import type { Deadline } from '../deadline.ts';
import { CONCURRENCY, type SweepContext } from './context.ts';
import type { Sweep } from './ledger.ts';
import { limitCalls } from './limit-calls.ts';
import { addCounts, type Counts, NOTHING, type SweepReport } from './report.ts';
import type { SweepStep } from './step.ts';
import { takeSweepStep } from './take-step.ts';

/** While one organization is listed, or ends, there are others to call for. */
const STEPS_AT_A_TIME = 4;

/** How far a sweep has come, in the process that runs it: what an earlier one has finished is not counted. */
export interface SweepProgress {
  readonly organizations: { readonly done: number; readonly all: number };
  readonly counts: Counts;
}

/**
 * Takes all steps of a sweep in this process. It may be ended at any moment, and run again with the same id: then it goes on
 * where it was.
 *
 * @returns the report; undefined if the deadline came first.
 * @throws {ServiceError} if a step can't be taken. What is done is on the record.
 */
export async function* runSweep(
  { id, startedAt }: Sweep,
  deadline: Deadline,
  context: SweepContext,
): AsyncGenerator<SweepProgress, SweepReport | undefined> {
  let counts: Counts = NOTHING;
  const limited: SweepContext = {
    ...limitCalls(context, context.concurrency ?? CONCURRENCY),
    onPage(page) {
      counts = addCounts(counts, page.counts);
      context.onPage?.(page);
    },
  };
  const steps: SweepStep[] = [{ step: 'start', sweep: id, startedAt }];
  const underWay = new Map<SweepStep, Promise<Taken>>();
  const failures: unknown[] = [];
  let all = 0;
  let isEnding = false;
  for (;;) {
    const goesOn = failures.length === 0 && deadline.allowsMore();
    const free = goesOn ? STEPS_AT_A_TIME - underWay.size : 0;
    for (const step of steps.splice(0, free)) underWay.set(step, take(step, deadline, limited));
    if (underWay.size === 0) break;
    const taken = await Promise.race(underWay.values());
    underWay.delete(taken.step);
    if ('error' in taken) failures.push(taken.error);
    else {
      // Of two organizations that end together, each may be the last one.
      const next = taken.next.filter(({ step }) => step !== 'finish' || !isEnding);
      isEnding ||= next.some(({ step }) => step === 'finish');
      // An organization that was begun comes before the next one.
      steps.unshift(...next);
    }
    const left = [...steps, ...underWay.keys()].filter(({ step }) => step === 'scan').length;
    if (taken.step.step === 'start') all = left;
    yield { organizations: { done: all - left, all }, counts };
  }
  if (failures.length === 0 && steps.length === 0) return (await context.ledger.find(id))?.report;
  // A step that could not be finished is no failure where it was told to end.
  if (failures.length === 0 || !deadline.allowsMore()) return undefined;
  throw failures[0];
}

type Taken = { readonly step: SweepStep } & (
  | { readonly next: readonly SweepStep[] }
  | { readonly error: unknown }
);

/** Never rejects. */
async function take(step: SweepStep, deadline: Deadline, context: SweepContext): Promise<Taken> {
  try {
    return { step, next: await takeSweepStep(step, deadline, context) };
  } catch (error) {
    return { step, error };
  }
}
