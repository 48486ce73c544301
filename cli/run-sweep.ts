import pLimit from 'p-limit';
import type { Deadline } from '../lib/deadline.ts';
import type { Sweep } from '../lib/sweep/ledger.ts';
import { addCounts, NO_COUNTS, type SweepCounts, type SweepReport } from '../lib/sweep/ledger.ts';
import type { SweepStep } from '../lib/sweep/step.ts';
import { MAX_CONCURRENT_CALLS, type SweepContext } from '../lib/sweep/step.ts';
import { takeSweepStep } from '../lib/sweep/take-step.ts';

/** While one organization is listed or ends, calls for others go on. */
const STEPS_AT_A_TIME = 4;

/** Progress of a sweep in this process, without what an earlier process has finished. */
export interface SweepProgress {
  readonly organizations: { readonly done: number; readonly all: number };
  readonly counts: SweepCounts;
}

/**
 * Takes all steps of a sweep in this process. A sweep that was ended at any moment goes on where it was when it is run
 * again with the same id.
 *
 * @returns the report; undefined if the deadline came first.
 * @throws {ServiceError} if a step can't be taken. The ledger has all steps taken before.
 */
export async function* runSweep(
  { id, startedAt }: Sweep,
  deadline: Deadline,
  context: SweepContext,
): AsyncGenerator<SweepProgress, SweepReport | undefined> {
  let counts: SweepCounts = NO_COUNTS;
  const limited: SweepContext = {
    ...limitCalls(context, context.concurrency ?? MAX_CONCURRENT_CALLS),
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
      // An organization under way comes before the next one.
      steps.unshift(...next);
    }
    const left = [...steps, ...underWay.keys()].filter(({ step }) => step === 'scan').length;
    if (taken.step.step === 'start') all = left;
    yield { organizations: { done: all - left, all }, counts };
  }
  if (failures.length === 0 && steps.length === 0) return (await context.ledger.find(id))?.report;
  // After the deadline, an unfinished step is no failure.
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

/** Limits calls to SWR and to sources, however many steps are taken at a time. */
function limitCalls(context: SweepContext, concurrency: number): SweepContext {
  const limit = pLimit(concurrency);
  const { accounts, checkExistence } = context;
  return {
    ...context,
    checkExistence: (...args) => limit(() => checkExistence(...args)),
    accounts: {
      names: accounts.names,
      clientOf(account) {
        const swr = accounts.clientOf(account);
        return {
          listOrganizations: (...args) => limit(() => swr.listOrganizations(...args)),
          listRepositories: (...args) => limit(() => swr.listRepositories(...args)),
          listSyncTasks: (...args) => limit(() => swr.listSyncTasks(...args)),
        };
      },
    },
  };
}
