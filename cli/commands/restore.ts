import type { Command } from 'commander';
import { UsageError } from '../../command-line/options.ts';
import { type Restoration, restoreTasks } from '../../lib/cleanup/restore.ts';
import { lastDeletions, planRestore, type RestoreStep } from '../../lib/cleanup/restore-plan.ts';
import type { TaskEntry } from '../../lib/ledger/history.ts';
import { addChangingOptions, formatExamples } from '../changing.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { type HistoryOptions, readHistory, readHistoryQuery } from '../history-query.ts';
import { patientClient } from '../patient-client.ts';
import { openHistory } from '../resources.ts';
import { countOutcomes, documentOf, formatSteps, outcomeOf, sortTold } from '../restore-report.ts';
import { act, type ChangingOptions, type Run } from '../run.ts';
import { openAccounts, openStage } from '../stage.ts';
import { count } from '../table.ts';
import { addHistoryOptions } from './history.ts';

interface RestoreOptions extends HistoryOptions, ChangingOptions {
  readonly again?: boolean;
}

export function addRestore(program: Command): void {
  addChangingOptions(addHistoryOptions(program.command('restore').argument('[NAMESPACE[/REPOSITORY]]')))
    .summary('create deleted tasks again')
    .description(
      'Creates tasks again that the ledger knows as deleted, as they were. A task that is there already is left as it is.',
    )
    .option('--again', 'also tasks that were restored before and are missing now')
    .addHelpText(
      'after',
      formatExamples(
        'restore acme-images/payments/api --stage prod --dry-run',
        'restore --delivery 72d3162e-cc78-11e3-81ab-4c9367dc0958 --stage prod',
        'restore --since 2h --until 90m --stage prod --yes',
      ),
    )
    .action(function () {
      const options = this.optsWithGlobals<RestoreOptions>();
      return act(options, (run) => restore(this.args[0], options, run));
    });
}

async function restore(text: string | undefined, options: RestoreOptions, run: Run): Promise<ExitStatus> {
  const { delivery, since, until, dryRun = false, again = false } = options;
  if ((text ?? delivery ?? since ?? until) === undefined)
    throw new UsageError(
      'What is to be restored? Name a repository, a --delivery, or a window with --since.',
    );
  const stage = await openStage(options);
  const history = await openHistory(stage);
  const query = readHistoryQuery(text, options, stage, `${stage.config.ledger.retentionDays}d`);
  const entries = await readHistory(history, query, run);
  const deletions = lastDeletions(entries.filter((entry) => entry.kind === 'task'));
  if (deletions.length === 0)
    throw new UsageError(
      'The ledger has entries there, but nothing of them was deleted: nothing to restore.',
    );

  const accounts = await openAccounts(stage, [...new Set(deletions.map(({ account }) => account))], run.log);
  const clientOf = (account: string) => patientClient(accounts.clientOf(account), run.interruption);
  const looking = run.progress('looking', deletions.length);
  const plan = await planRestore(
    deletions,
    { clientOf, deadline: run.interruption, onProgress: (tasks) => looking.advance(tasks) },
    again,
  );
  looking.end();
  const missing = plan.filter(({ state }) => state === 'missing').length;
  if (dryRun || run.interruption.interrupted)
    return tell(sortTold(plan), { stage: stage.name, dryRun: true }, run);
  if (missing > 0) await run.ask(`Create ${count(missing, 'task')}?`, formatSteps(sortTold(plan)));

  const creating = run.progress('restoring', plan.length);
  const restorations = await restoreTasks<TaskEntry>(plan, {
    clientOf,
    deadline: run.interruption,
    onProgress: (tasks) => creating.advance(tasks),
    markRestored: (deletion) => history.markRestored(deletion, new Date().toISOString()),
  });
  creating.end();
  return tell(sortTold(restorations), { stage: stage.name, dryRun: false }, run);
}

function tell(
  steps: readonly (RestoreStep<TaskEntry> | Restoration<TaskEntry>)[],
  { stage, dryRun }: { stage: string; dryRun: boolean },
  run: Run,
): ExitStatus {
  run.result({ stage, dryRun, tasks: steps.map(documentOf) }, () => formatSteps(steps));
  run.say(countOutcomes(steps));
  return steps.some((step) => outcomeOf(step) === 'failed') ? EXIT.failed : EXIT.done;
}
