import { randomUUID } from 'node:crypto';
import { UsageError } from '../../command-line/options.ts';
import type { Accounts } from '../../lib/huaweicloud/accounts.ts';
import type { Sweep, SweepReport } from '../../lib/sweep/ledger.ts';
import { Sightings } from '../../lib/sweep/source-repositories.ts';
import { isNotTried } from '../clean-outcomes.ts';
import { listRepositoriesOf } from '../list-tasks.ts';
import { retryingClient } from '../retry.ts';
import { type ChangingOptions, defineCommand, type Run } from '../run.ts';
import { runSweep } from '../run-sweep.ts';
import { chooseAccount, openAccounts, openStage, type Stage } from '../stage.ts';
import { type CliSweep, createSweep } from '../sweep-context.ts';
import { type Found, formatReport, formatRows, rowsOf } from '../sweep-report.ts';
import { count } from '../table.ts';

/** Prefix of the ids of its sweeps. */
const SOURCE = 'swr-sync';

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
  const names =
    options.account === undefined ? Object.keys(stage.config.accounts) : [chooseAccount(stage, options)];
  const accounts = await openAccounts(stage, names, run.log);
  const mode = options.dryRun === true ? 'dry-run' : stage.config.sweep.mode;
  const progress = run.progress('repositories', await countRepositories(names, accounts, run));
  const cliSweep = await createSweep({ stage, accounts, names, mode, run, progress });
  const begun = await chooseSweep(options.resume, cliSweep);
  run.say(`Sweep ${begun.id}. To resume it after an interruption: --resume ${begun.id}`);
  const ask = async ({ standing }: Found) => {
    progress.end();
    const found = standing.reduce((sum, { tasks }) => sum + tasks.length, 0);
    if (mode === 'dry-run' || found === 0 || (await isTooMuch(begun, found, cliSweep))) return;
    await run.ask(
      `Delete ${count(found, 'task')}?`,
      formatRows(rowsOf({ standing, held: [] }, [], 'dry run')),
    );
  };
  const { report, found } = await follow(begun, cliSweep, run, ask);
  progress.end();
  return printSweep(stage, begun, report, found, cliSweep, run);
}

/** @throws {UsageError} if the ledger has no sweep to resume. */
async function chooseSweep(id: string | undefined, { ledger }: CliSweep): Promise<Sweep> {
  if (id === undefined) return { id: `${SOURCE}-${randomUUID()}`, startedAt: new Date().toISOString() };
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
      sum += (await listRepositoriesOf(swr, namespace, run.interruption)).length;
  }
  return sum;
}

/** @param ask called after everything was listed, and before the sweep decides. */
async function follow(
  begun: Sweep,
  { context, ledger }: CliSweep,
  { interruption }: Run,
  ask: (found: Found) => Promise<void>,
): Promise<{ report: SweepReport | undefined; found: Found }> {
  const steps = runSweep(begun, interruption, context);
  const findAll = async (): Promise<Found> => {
    const sightings = await Sightings.of(ledger, begun);
    const split = (await Array.fromAsync(ledger.findings(begun))).map((each) => sightings.split(each));
    return { standing: split.map(({ standing }) => standing), held: split.map(({ held }) => held) };
  };
  for (let isAsked = false; ; ) {
    const step = await steps.next();
    if (step.done === true) return { report: step.value, found: await findAll() };
    const { done, all } = step.value.organizations;
    if (isAsked || done < all) continue;
    isAsked = true;
    await ask(await findAll());
  }
}

/** Tells whether the sweep will be rejected, so that no question is needed. */
async function isTooMuch(begun: Sweep, found: number, { context, ledger }: CliSweep): Promise<boolean> {
  let tasks = 0;
  for await (const { counts } of ledger.pages(begun)) tasks += counts.tasks;
  return (found / Math.max(tasks, found)) * 100 > context.config.sweep.maxPercent;
}

function printSweep(
  { name: stage }: Stage,
  { id }: Sweep,
  report: SweepReport | undefined,
  found: Found,
  { outcomes }: CliSweep,
  run: Run,
): boolean {
  const rows = rowsOf(found, outcomes, report?.state);
  run.result(
    { stage, sweep: id, complete: report !== undefined, ...(report && { report }), tasks: rows },
    () =>
      [rows.length > 0 && formatRows(rows), report && formatReport(report)]
        .filter((part) => typeof part === 'string')
        .join('\n\n'),
  );
  if (report === undefined)
    run.say(`Not finished. Resume with: swr-sync sweep --resume ${id} --stage ${stage}`);
  if (report?.state === 'rejected')
    run.say('Rejected: more tasks than sweep.maxPercent allows. Nothing was deleted.');
  const failed = outcomes.some((outcome) => outcome.outcome === 'failed' && !isNotTried(outcome));
  const isWhole = report !== undefined && report.counts.unread === 0 && report.state !== 'refused';
  return !failed && isWhole;
}
