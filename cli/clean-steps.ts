import pMap from 'p-map';
import { Cleaner } from '../lib/cleanup/cleaner.ts';
import type { Safety } from '../lib/cleanup/decide.ts';
import { type CleanupLedger, noLedger } from '../lib/cleanup/ledger.ts';
import { failedOutcomes, type Outcome, waitOf } from '../lib/cleanup/outcome.ts';
import type { CleanupRequest } from '../lib/cleanup/request.ts';
import type { Accounts } from '../lib/huaweicloud/accounts.ts';
import { busEventsOf, type EventBus } from '../lib/queue/event-bus.ts';
import { findSources } from '../lib/routing/find-sources.ts';
import { createCheckExistence } from '../lib/sources/check-existence.ts';
import { isNotTried, isPlanned, type PlacedOutcome } from './clean-outcomes.ts';
import { waitToRetry } from './retry.ts';
import type { Run } from './run.ts';
import type { Stage } from './stage.ts';

const LISTS_AT_A_TIME = { concurrency: 8 };
/** Up to 8 tasks of each are deleted at a time. */
const REPOSITORIES_AT_A_TIME = { concurrency: 2 };

export interface CleanParts {
  readonly stage: Stage;
  readonly accounts: Accounts;
  readonly run: Run;
}

/** Previews a cleanup of some repositories, without changing anything. */
export async function previewCleanup(
  request: CleanupRequest,
  repositories: readonly string[],
  parts: CleanParts,
): Promise<PlacedOutcome[]> {
  const progress = parts.run.progress('listing', repositories.length);
  const cleaner = cleanerOf({ mode: 'dry-run' }, noLedger, parts);
  const outcomes = await pMap(
    repositories,
    async (repository) => {
      const previewed = await cleanWithRetries(cleaner, { ...request, repository }, parts.run);
      progress.advance();
      return previewed.map((outcome) => ({ ...outcome, repository }));
    },
    LISTS_AT_A_TIME,
  );
  progress.end();
  return outcomes.flat();
}

/**
 * Deletes the tasks of a preview. Tasks that were created since then stay.
 *
 * @param planned outcomes of a preview.
 */
export async function deletePlanned(
  request: CleanupRequest,
  planned: readonly PlacedOutcome[],
  { ledger, bus }: { readonly ledger: CleanupLedger; readonly bus: EventBus },
  parts: CleanParts,
): Promise<PlacedOutcome[]> {
  const deletions = planned.filter(isPlanned);
  const progress = parts.run.progress('deleting', deletions.length);
  const cleaner = cleanerOf({}, ledger, parts);
  const outcomes = await pMap(
    Map.groupBy(deletions, ({ repository }) => repository),
    async ([repository, group]) => {
      const targets = group.flatMap(({ target }) => target ?? []);
      const part = { ...request, repository, targets };
      const cleaned = await cleanWithRetries(cleaner, part, parts.run);
      bus.publish(busEventsOf({ request: part, outcomes: cleaned }));
      progress.advance(group.length);
      return cleaned.map((outcome) => ({ ...outcome, repository }));
    },
    REPOSITORIES_AT_A_TIME,
  );
  await bus.flush();
  progress.end();
  return outcomes.flat();
}

export function cleanerOf(
  safety: Partial<Safety>,
  ledger: CleanupLedger,
  { stage, accounts, run }: CleanParts,
): Cleaner {
  const { config, readSecret } = stage;
  return new Cleaner({
    config: { ...config, safety: { ...config.safety, ...safety } },
    accounts,
    ledger,
    log: run.log,
    checkExistence: createCheckExistence(config, readSecret),
    findSources: (place) => findSources(config.routes, place),
  });
}

/** Cleans, and retries after transient failures. */
export async function cleanWithRetries(
  cleaner: Cleaner,
  request: CleanupRequest,
  run: Run,
): Promise<Outcome[]> {
  const done: Outcome[] = [];
  let left = request;
  for (let attempt = 1; ; attempt += 1) {
    const { outcomes } = await cleaner.clean(left, run.interruption);
    const transient = failedOutcomes(outcomes).filter((failure) => failure.retryable && !isNotTried(failure));
    const wait = waitOf(transient);
    const failure = {
      retryable: transient.length > 0,
      ...(wait !== undefined && { retryAfterSeconds: wait }),
    };
    if (!(await waitToRetry(attempt, failure, run))) return [...done, ...outcomes];
    const again = new Set<Outcome>(transient);
    done.push(...outcomes.filter((outcome) => !again.has(outcome)));
    const targets = transient.flatMap(({ target }) => target ?? []);
    // Without a target, the repository could not be listed, and no task was deleted.
    if (targets.length > 0) left = { ...left, targets };
  }
}
