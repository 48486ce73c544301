import { UsageError } from '../../command-line/options.ts';
import { nameOf } from '../../lib/huaweicloud/names.ts';
import { formatImageName } from '../arguments.ts';
import { findCaller } from '../caller.ts';
import { openHistory } from '../resources.ts';
import {
  lastDeletions,
  planRestore,
  type Restoration,
  type RestoreStep,
  restoreTasks,
} from '../restore-tasks.ts';
import { type ChangingOptions, defineCommand, type Run } from '../run.ts';
import { openStage } from '../stage.ts';
import { openAccounts, retryingClient } from '../swr-calls.ts';
import { count, countEach, formatTable, formatTime, sortBy } from '../table.ts';
import { addHistoryOptions, type HistoryOptions, readHistory, readHistoryQuery } from './history.ts';

/** Deleted task before or after its restoration. */
type Step = RestoreStep | Restoration;

const STATES = {
  missing: 'would be restored',
  there: 'already there',
  'restored before': 'restored before',
  failed: 'failed',
} as const;

interface RestoreOptions extends HistoryOptions, ChangingOptions {
  readonly again?: boolean;
}

/** Adds `swr-sync restore`. */
export const addRestore = defineCommand<RestoreOptions>({
  usage: 'restore [NAMESPACE[/REPOSITORY]]',
  summary: 'create deleted tasks again',
  description:
    'Creates deleted tasks again from the ledger, with their settings. Existing tasks stay as they are.',
  changes: true,
  addOptions: (command) =>
    addHistoryOptions(command).option('--again', 'also tasks that were restored before and are missing now'),
  examples: [
    'restore acme-images/payments/api --stage prod --dry-run',
    'restore --delivery 72d3162e-cc78-11e3-81ab-4c9367dc0958 --stage prod',
    'restore --since 2h --until 90m --stage prod --yes',
  ],
  work: restore,
});

async function restore([text]: readonly string[], options: RestoreOptions, run: Run): Promise<boolean> {
  const { delivery, since, until, dryRun = false, again = false } = options;
  if ((text ?? delivery ?? since ?? until) === undefined)
    throw new UsageError('Name what to restore: a repository, a --delivery, or a window with --since.');
  const stage = await openStage(options, run);
  const history = await openHistory(stage);
  const query = readHistoryQuery(text, options, stage, `${stage.config.ledger.retentionDays}d`);
  const entries = await readHistory(history, query, run);
  const deletions = lastDeletions(entries.filter((entry) => entry.kind === 'task'));
  if (deletions.length === 0) throw new UsageError('Nothing to restore: no entry there is a deletion.');

  const accounts = await openAccounts(stage, [...new Set(deletions.map(({ account }) => account))], run);
  const clientOf = (account: string) => retryingClient(accounts.clientOf(account), run);
  const listing = run.progress('listing', deletions.length);
  const plan = await planRestore(
    deletions,
    { clientOf, deadline: run.interruption, onProgress: (tasks) => listing.advance(tasks) },
    again,
  );
  listing.end();
  const missing = plan.filter(({ state }) => state === 'missing').length;
  if (dryRun || run.interruption.interrupted)
    return printRestoration(plan, { stage: stage.name, dryRun: true }, run);
  if (missing > 0) await run.ask(`Create ${count(missing, 'task')}?`, formatSteps(sortSteps(plan)));

  const by = await findCaller(stage, run);
  const creating = run.progress('restoring', plan.length);
  const restorations = await restoreTasks(plan, {
    clientOf,
    deadline: run.interruption,
    onProgress: (tasks) => creating.advance(tasks),
    markRestored: (deletion) => history.markRestored(deletion, new Date().toISOString(), by),
  });
  creating.end();
  return printRestoration(restorations, { stage: stage.name, dryRun: false }, run);
}

function printRestoration(
  unsorted: readonly Step[],
  { stage, dryRun }: { stage: string; dryRun: boolean },
  run: Run,
): boolean {
  const steps = sortSteps(unsorted);
  run.result({ stage, dryRun, tasks: steps.map(describeStep) }, () => formatSteps(steps));
  run.say(countEach(steps.map(outcomeOf)));
  return !steps.some((step) => outcomeOf(step) === 'failed');
}

function outcomeOf(step: Step): string {
  // Ctrl-C came first.
  if ('code' in step && step.code === 'DEADLINE') return 'not tried';
  return 'state' in step ? STATES[step.state] : step.outcome;
}

function sortSteps(steps: readonly Step[]): Step[] {
  return sortBy(
    steps,
    ({ deletion }) => `${deletion.account} ${formatImageName(deletion)} ${nameOf(deletion.target)}`,
  );
}

/** Deleted task in the document of `--json`. */
function describeStep(step: Step) {
  const { account, namespace, repository, target, task, at, id } = step.deletion;
  return {
    outcome: outcomeOf(step),
    account,
    namespace,
    repository,
    target,
    syncAuto: task?.syncAuto ?? false,
    override: task?.override ?? false,
    deletedAt: at,
    delivery: id,
    ...('code' in step && { code: step.code, message: step.message }),
  };
}

function formatSteps(steps: readonly Step[]): string {
  return formatTable(
    ['OUTCOME', 'ACCOUNT', 'REPOSITORY', 'TARGET', 'AUTO', 'OVERRIDE', 'DELETED (UTC)', 'NOTE'],
    steps.map((step) => {
      const { deletion } = step;
      const { syncAuto = false, override = false } = deletion.task ?? {};
      return [
        outcomeOf(step),
        deletion.account,
        formatImageName(deletion),
        nameOf(deletion.target),
        syncAuto ? 'yes' : 'no',
        override ? 'yes' : 'no',
        formatTime(deletion.at),
        explainStep(step),
      ];
    }),
  );
}

function explainStep(step: Step): string {
  if ('message' in step && step.code !== 'DEADLINE') return step.message;
  const outcome = outcomeOf(step);
  if (outcome === 'restored before') return 'missing again, or not listed by SWR; --again creates it';
  if (outcome === 'there but not listed') return 'SWR says that it exists; its settings are unknown';
  if (step.deletion.task === undefined) return 'syncAuto and override unknown';
  const isManual = !step.deletion.task.syncAuto && outcome !== 'already there';
  return isManual ? 'manual, so SWR may not list it' : '';
}
