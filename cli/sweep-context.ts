import pMap from 'p-map';
import { busEventsOf } from '../lib/cleanup/bus-events.ts';
import { OUT_OF_TIME } from '../lib/cleanup/plan-repository.ts';
import type { CleanupRequest } from '../lib/cleanup/request.ts';
import { ServiceError } from '../lib/failure.ts';
import type { Accounts } from '../lib/huaweicloud/accounts.ts';
import { DynamoSuspicionLedger } from '../lib/ledger/suspicion-ledger.ts';
import { DynamoSweepLedger } from '../lib/ledger/sweep-ledger.ts';
import { createCheckExistence } from '../lib/sources/check-existence.ts';
import type { SweepContext } from '../lib/sweep/context.ts';
import { openBus } from './bus.ts';
import { isNotTried, type PlacedOutcome } from './clean-outcomes.ts';
import { cleanerOf, cleanPatiently } from './clean-steps.ts';
import type { Progress } from './progress.ts';
import { findTable, openLedger } from './resources.ts';
import type { Run } from './run.ts';
import type { Stage } from './stage.ts';

const REQUESTS_AT_A_TIME = { concurrency: 2 };

/** What became of a task, and of which account. */
export type SweptOutcome = PlacedOutcome & { readonly account: string; readonly namespace: string };

export interface SweepParts {
  readonly stage: Stage;
  readonly accounts: Accounts;
  /** Those that are swept. */
  readonly names: readonly string[];
  readonly mode: 'apply' | 'dry-run';
  readonly run: Run;
  /** Of the repositories. */
  readonly progress: Progress;
}

export interface CliSweep {
  readonly context: SweepContext;
  readonly ledger: DynamoSweepLedger;
  /** What became of the tasks whose cleanup was asked for so far. */
  readonly outcomes: SweptOutcome[];
}

/** A sweep in this process: what it finds is deleted here and not by way of the queue, so that it can be told. */
export async function createSweep(parts: SweepParts): Promise<CliSweep> {
  const { stage, accounts, names, mode, run, progress } = parts;
  const { config, readSecret } = stage;
  const table = await findTable(stage);
  const ledger = new DynamoSweepLedger({ table, retentionDays: config.ledger.retentionDays });
  const bus = await openBus(stage, run.log);
  const cleaner = cleanerOf({}, await openLedger(stage), { stage, accounts, run });
  const outcomes: SweptOutcome[] = [];
  const request = async (requests: readonly CleanupRequest[]) => {
    const deleting = run.progress('deleting', requests.length);
    const done = await pMap(
      requests,
      async (each) => {
        const cleaned = await cleanPatiently(cleaner, each, run);
        bus.publish(busEventsOf({ request: each, outcomes: cleaned }));
        deleting.advance();
        return cleaned.map((outcome) => placeOutcome(outcome, each));
      },
      REQUESTS_AT_A_TIME,
    );
    deleting.end();
    await bus.flush();
    outcomes.push(...done.flat());
    // The sweep is not done with these, so that it can be gone on with.
    if (done.flat().some(isNotTried)) throw new ServiceError(OUT_OF_TIME);
  };
  const context: SweepContext = {
    config: { ...config, sweep: { ...config.sweep, mode } },
    accounts: { names, clientOf: (account) => counting(accounts, account, progress) },
    checkExistence: createCheckExistence(config, readSecret),
    ledger,
    suspicions: new DynamoSuspicionLedger(table),
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
  outcome: Awaited<ReturnType<typeof cleanPatiently>>[number],
  { account = '', namespace, repository = '' }: CleanupRequest,
): SweptOutcome {
  return { repository, ...outcome, account, namespace };
}

/** A client that tells how many repositories were looked at. */
function counting(accounts: Accounts, account: string, progress: Progress) {
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
