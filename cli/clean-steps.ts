import pMap from 'p-map';
import { Cleaner } from '../lib/cleanup/cleaner.ts';
import type { Safety } from '../lib/cleanup/decide.ts';
import type { CleanupLedger } from '../lib/cleanup/ledger.ts';
import { type FailedOutcome, failedOutcomes, type Outcome, waitOf } from '../lib/cleanup/outcome.ts';
import type { CleanupRequest } from '../lib/cleanup/request.ts';
import { ServiceError } from '../lib/failure.ts';
import type { Accounts } from '../lib/huaweicloud/accounts.ts';
import { busEventsOf, type EventBus } from '../lib/queue/event-bus.ts';
import { findSources } from '../lib/routing/find-sources.ts';
import { createCheckExistence } from '../lib/sources/check-existence.ts';
import { isNotTried, type PlacedOutcome } from './clean-outcomes.ts';
import type { Run } from './run.ts';
import type { Stage } from './stage.ts';
import { retryCall } from './swr-calls.ts';

const LISTS_AT_A_TIME = 8;
/** Up to 8 tasks of each are deleted at a time. */
const REPOSITORIES_AT_A_TIME = 2;

/** Creates what cleans repositories of a stage. */
export function createCleaner(
  { config, readSecret }: Stage,
  accounts: Accounts,
  ledger: CleanupLedger,
  run: Run,
  safety: Partial<Safety> = {},
): Cleaner {
  return new Cleaner({
    config: { ...config, safety: { ...config.safety, ...safety } },
    accounts,
    ledger,
    log: run.log,
    checkExistence: createCheckExistence(config, readSecret),
    findSources: (place) => findSources(config.routes, place),
  });
}

/**
 * Carries out cleanup requests.
 *
 * @param bus gets the events; missing for a preview, which deletes nothing.
 */
export async function cleanAll(
  requests: readonly CleanupRequest[],
  cleaner: Cleaner,
  run: Run,
  bus?: EventBus,
): Promise<PlacedOutcome[]> {
  const [what, concurrency] =
    bus === undefined ? ['listing', LISTS_AT_A_TIME] : ['deleting', REPOSITORIES_AT_A_TIME];
  const total = requests.reduce((sum, request) => sum + countTargets(request), 0);
  const progress = run.progress(what, total);
  const outcomes = await pMap(
    requests,
    async (request): Promise<PlacedOutcome[]> => {
      const { account = '', namespace, repository = '' } = request;
      const cleaned = await cleanWithRetries(cleaner, request, run);
      bus?.publish(busEventsOf({ request, outcomes: cleaned }));
      progress.advance(countTargets(request));
      return cleaned.map((outcome) => ({ repository, ...outcome, account, namespace }));
    },
    { concurrency },
  );
  await bus?.flush();
  progress.end();
  return outcomes.flat();
}

function countTargets({ targets }: CleanupRequest): number {
  return targets?.length ?? 1;
}

async function cleanWithRetries(cleaner: Cleaner, request: CleanupRequest, run: Run): Promise<Outcome[]> {
  const done: Outcome[] = [];
  let left = request;
  let again: FailedOutcome[] = [];
  const cleanLeft = async (): Promise<void> => {
    const { outcomes } = await cleaner.clean(left, run.interruption);
    again = failedOutcomes(outcomes).filter((failure) => failure.retryable && !isNotTried(failure));
    done.push(...outcomes.filter((outcome) => !again.some((each) => each === outcome)));
    const [first] = again;
    if (first === undefined) return;
    const targets = again.flatMap(({ target }) => target ?? []);
    // Without a target, the repository could not be listed, and no task was deleted.
    if (targets.length > 0) left = { ...left, targets };
    const seconds = waitOf(again);
    throw new ServiceError({ ...first, ...(seconds !== undefined && { retryAfterSeconds: seconds }) });
  };
  await retryCall(cleanLeft, run).catch((error: unknown) => {
    if (again.length === 0) throw error;
  });
  return [...done, ...again];
}
