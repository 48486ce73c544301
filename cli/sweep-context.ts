import pMap from 'p-map';
import { OUT_OF_TIME } from '../lib/cleanup/outcome.ts';
import type { CleanupRequest } from '../lib/cleanup/request.ts';
import { ServiceError } from '../lib/failure.ts';
import type { Accounts } from '../lib/huaweicloud/accounts.ts';
import { DynamoSweepLedger } from '../lib/ledger/sweep-ledger.ts';
import { busEventsOf } from '../lib/queue/event-bus.ts';
import { createCheckExistence } from '../lib/sources/check-existence.ts';
import type { SweepContext } from '../lib/sweep/step.ts';
import { isNotTried, type PlacedOutcome } from './clean-outcomes.ts';
import { cleanerOf, cleanWithRetries } from './clean-steps.ts';
import { findName, openBus, openLedger } from './resources.ts';
import type { Run } from './run.ts';
import type { Stage } from './stage.ts';
import type { Progress } from './terminal.ts';

const REQUESTS_AT_A_TIME = { concurrency: 2 };

/** Outcome with its account and organization. */
export type SweptOutcome = PlacedOutcome & { readonly account: string; readonly namespace: string };

export interface SweepParts {
  readonly stage: Stage;
  readonly accounts: Accounts;
  /** Accounts to sweep. */
  readonly names: readonly string[];
  readonly mode: 'apply' | 'dry-run';
  readonly run: Run;
  /** Counts repositories. */
  readonly progress: Progress;
}

export interface CliSweep {
  readonly context: SweepContext;
  readonly ledger: DynamoSweepLedger;
  /** Outcomes of the cleanups so far. */
  readonly outcomes: SweptOutcome[];
}

/** Prepares a sweep in this process, which cleans without the queue and so knows the outcomes. */
export async function createSweep(parts: SweepParts): Promise<CliSweep> {
  const { stage, accounts, names, mode, run, progress } = parts;
  const { config, readSecret } = stage;
  const table = await findName(stage, 'ledgerTable');
  const ledger = new DynamoSweepLedger({ table, retentionDays: config.ledger.retentionDays });
  const bus = await openBus(stage, run.log);
  const cleaner = cleanerOf({}, await openLedger(stage), { stage, accounts, run });
  const outcomes: SweptOutcome[] = [];
  const request = async (requests: readonly CleanupRequest[]) => {
    const deleting = run.progress('deleting', requests.length);
    const done = await pMap(
      requests,
      async (each) => {
        const cleaned = await cleanWithRetries(cleaner, each, run);
        bus.publish(busEventsOf({ request: each, outcomes: cleaned }));
        deleting.advance();
        return cleaned.map((outcome) => placeOutcome(outcome, each));
      },
      REQUESTS_AT_A_TIME,
    );
    deleting.end();
    await bus.flush();
    outcomes.push(...done.flat());
    // The sweep stays unfinished, and can be resumed.
    if (done.flat().some(isNotTried)) throw new ServiceError(OUT_OF_TIME);
  };
  const context: SweepContext = {
    config: { ...config, sweep: { ...config.sweep, mode } },
    accounts: { names, clientOf: (account) => countingClient(accounts, account, progress) },
    checkExistence: createCheckExistence(config, readSecret),
    ledger,
    request,
    publish(report) {
      bus.publish([{ type: 'Sweep Finished', detail: report }]);
      return bus.flush();
    },
    log: run.log,
  };
  return { context, ledger, outcomes };
}

function placeOutcome(
  outcome: Awaited<ReturnType<typeof cleanWithRetries>>[number],
  { account = '', namespace, repository = '' }: CleanupRequest,
): SweptOutcome {
  return { repository, ...outcome, account, namespace };
}

/** Client that counts listed repositories. */
function countingClient(accounts: Accounts, account: string, progress: Progress) {
  const swr = accounts.clientOf(account);
  return {
    listOrganizations: swr.listOrganizations.bind(swr),
    listRepositories: swr.listRepositories.bind(swr),
    async listSyncTasks(...args: Parameters<typeof swr.listSyncTasks>) {
      const tasks = await swr.listSyncTasks(...args);
      progress.advance();
      return tasks;
    },
  };
}
