import { randomUUID } from 'node:crypto';
import { UsageError } from '../../command-line/options.ts';
import { noLedger } from '../../lib/cleanup/ledger.ts';
import { OUT_OF_TIME } from '../../lib/cleanup/outcome.ts';
import { ServiceError } from '../../lib/failure.ts';
import type { Accounts } from '../../lib/huaweicloud/accounts.ts';
import { DynamoSweepLedger } from '../../lib/ledger/sweep-ledger.ts';
import { createCheckExistence } from '../../lib/sources/check-existence.ts';
import type { Sweep, SweepReport } from '../../lib/sweep/ledger.ts';
import { Sightings } from '../../lib/sweep/source-repositories.ts';
import type { SweepContext } from '../../lib/sweep/step.ts';
import { hasFailed, isNotTried, type PlacedOutcome } from '../clean-outcomes.ts';
import { cleanAll, createCleaner } from '../clean-steps.ts';
import { openBus, openLedger, openTable } from '../resources.ts';
import { type ChangingOptions, defineCommand, type Run } from '../run.ts';
import { runSweep } from '../run-sweep.ts';
import { chooseAccount, openStage } from '../stage.ts';
import { type Found, formatReport, formatSweptTasks, sweptTasksOf } from '../sweep-report.ts';
import { listRepositoriesOf, openAccounts, retryingClient } from '../swr-calls.ts';
import { count } from '../table.ts';
import type { Progress } from '../terminal.ts';

/** Prefix of the ids of its sweeps. */
const ID_PREFIX = 'swr-sync';

interface SweepOptions extends ChangingOptions {
  readonly resume?: string;
}

/** Adds `swr-sync sweep`. */
export const addSweep = defineCommand<SweepOptions>({
  usage: 'sweep',
  summary: 'find tasks that no event has named, and delete them',
  description:
    'Checks every task of every account (of one with --account). Deletes those whose source or target is gone, or whose ' +
    'target is not allowed, if sweep.mode is apply and they are at most sweep.maxPercent.',
  changes: true,
  addOptions: (command) => command.option('--resume <id>', 'resume an interrupted sweep'),
  examples: ['sweep --stage prod --dry-run', 'sweep --stage prod'],
  work: sweep,
});

async function sweep(_: readonly string[], options: SweepOptions, run: Run): Promise<boolean> {
  const stage = await openStage(options, run);
  const { maxPercent } = stage.config.sweep;
  const mode = options.dryRun === true ? 'dry-run' : stage.config.sweep.mode;
  const names =
    options.account === undefined ? Object.keys(stage.config.accounts) : [chooseAccount(stage, options)];
  const accounts = await openAccounts(stage, names, run);
  const progress = run.progress('repositories', await countRepositories(names, accounts, run));
  const table = await openTable(stage);
  const ledger = new DynamoSweepLedger({ table, retentionDays: stage.config.ledger.retentionDays });
  const bus = await openBus(stage, run.log);
  const deletions = mode === 'dry-run' ? noLedger : await openLedger(stage, run);
  const cleaner = createCleaner(stage, accounts, deletions, run);
  const outcomes: PlacedOutcome[] = [];
  const context: SweepContext = {
    config: { ...stage.config, sweep: { ...stage.config.sweep, mode } },
    accounts: { names, clientOf: (account) => countingClient(accounts, account, progress) },
    checkExistence: createCheckExistence(stage.config, stage.readSecret),
    ledger,
    // Without the queue, the outcomes are known here.
    async request(requests) {
      const done = await cleanAll(requests, cleaner, run, bus);
      outcomes.push(...done);
      // The sweep stays unfinished, and can be resumed.
      if (done.some(isNotTried)) throw new ServiceError(OUT_OF_TIME);
    },
    publish: (report) => bus.publishSweep(report),
    log: run.log,
  };
  const begun = await chooseSweep(options.resume, ledger);
  run.say(`Sweep ${begun.id}. To resume it after an interruption: --resume ${begun.id}`);
  const ask = async ({ standing }: Found) => {
    progress.end();
    const found = standing.reduce((sum, { tasks }) => sum + tasks.length, 0);
    if (mode === 'dry-run' || found === 0) return;
    const pages = await Array.fromAsync(ledger.pages(begun));
    const listed = pages.reduce((sum, { counts }) => sum + counts.tasks, 0);
    // The sweep will be rejected: no question is needed.
    if ((found / Math.max(listed, found)) * 100 > maxPercent) return;
    const preview = sweptTasksOf({ standing, held: [] }, [], 'dry run');
    await run.ask(`Delete ${count(found, 'task')}?`, formatSweptTasks(preview));
  };
  const report = await follow(begun, context, run, async () => ask(await findAll(begun, ledger)));
  progress.end();
  const tasks = sweptTasksOf(await findAll(begun, ledger), outcomes, report?.state);
  const complete = report !== undefined;
  run.result({ stage: stage.name, sweep: begun.id, complete, ...(report && { report }), tasks }, () =>
    [formatSweptTasks(tasks), report && formatReport(report)].filter(Boolean).join('\n\n'),
  );
  if (!complete)
    run.say(`Not finished. Resume with: swr-sync sweep --resume ${begun.id} --stage ${stage.name}`);
  if (report?.state === 'rejected')
    run.say('Rejected: more tasks than sweep.maxPercent allows. Nothing was deleted.');
  const isWhole = complete && report.counts.unread === 0 && report.state !== 'rejected';
  return isWhole && !outcomes.some(hasFailed);
}

/** @throws {UsageError} if the ledger has no sweep to resume. */
async function chooseSweep(id: string | undefined, ledger: DynamoSweepLedger): Promise<Sweep> {
  if (id === undefined) return { id: `${ID_PREFIX}-${randomUUID()}`, startedAt: new Date().toISOString() };
  const found = await ledger.find(id);
  if (found === undefined) throw new UsageError(`The ledger has no sweep ${id}.`);
  return found;
}

/** Counts repositories for the progress bar. */
async function countRepositories(names: readonly string[], accounts: Accounts, run: Run): Promise<number> {
  let sum = 0;
  for (const name of run.isWatched ? names : []) {
    const swr = retryingClient(accounts.clientOf(name), run);
    for (const namespace of await swr.listOrganizations(run.interruption))
      sum += (await listRepositoriesOf(swr, namespace, run)).length;
  }
  return sum;
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

/** @param ask called after everything was listed, and before the sweep decides. */
async function follow(
  begun: Sweep,
  context: SweepContext,
  { interruption }: Run,
  ask: () => Promise<void>,
): Promise<SweepReport | undefined> {
  const steps = runSweep(begun, interruption, context);
  for (let isAsked = false; ; ) {
    const step = await steps.next();
    if (step.done === true) return step.value;
    const { done, all } = step.value.organizations;
    if (isAsked || done < all) continue;
    isAsked = true;
    await ask();
  }
}

async function findAll(begun: Sweep, ledger: DynamoSweepLedger): Promise<Found> {
  const sightings = await Sightings.of(ledger, begun);
  const split = (await Array.fromAsync(ledger.findings(begun))).map((each) => sightings.split(each));
  return { standing: split.map(({ standing }) => standing), held: split.map(({ held }) => held) };
}
