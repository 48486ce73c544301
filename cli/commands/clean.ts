import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { UsageError } from '../../command-line/options.ts';
import type { CleanupRequest } from '../../lib/cleanup/request.ts';
import type { Target } from '../../lib/huaweicloud/names.ts';
import { openBus } from '../bus.ts';
import { addChangingOptions, formatExamples } from '../changing.ts';
import { countOutcomes, documentOf, formatOutcomes, isNotTried, isPlanned, type PlacedOutcome, sortOutcomes } from '../clean-outcomes.ts';
import { type CleanParts, carryOutCleanup, previewCleanup } from '../clean-steps.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { listRepositoriesOf } from '../list-tasks.ts';
import { formatImageName, type ImageName, parseImageName, parseTargetName } from '../names.ts';
import { patientClient } from '../patient-client.ts';
import { openLedger } from '../resources.ts';
import { act, type ChangingOptions, type Run } from '../run.ts';
import { chooseAccount, describeAccount, openAccounts, openStage } from '../stage.ts';
import { count } from '../table.ts';
import { parseTime } from '../times.ts';

/** Where the ledger says that it came from. */
const SOURCE = 'swr-sync';

interface CleanOptions extends ChangingOptions {
  readonly organization?: boolean;
  readonly target?: readonly Target[];
  readonly occurredAt?: string;
}

export function addClean(program: Command): void {
  addChangingOptions(program.command('clean').argument('<NAMESPACE[/REPOSITORY]>'))
    .summary("delete a repository's synchronization tasks")
    .description('Deletes tasks as if the repository were reported as gone. What safety.deny protects stays.')
    .option('--organization', 'every repository of the organization')
    .option('--target <region/organization>', 'only tasks with this target; may be repeated', collectTargets)
    .option('--occurred-at <time>', 'keep tasks that were created later')
    .addHelpText(
      'after',
      formatExamples(
        'clean acme-images/payments/api --stage prod',
        'clean acme-images/payments/api --target cn-east-3/acme-dr --stage prod --yes',
        'clean acme-images --organization --stage prod --dry-run',
      ),
    )
    .action(function () {
      const options = this.optsWithGlobals<CleanOptions>();
      return act(options, (run) => clean(this.args[0] ?? '', options, run));
    });
}

function collectTargets(text: string, before: readonly Target[] = []): readonly Target[] {
  return [...before, parseTargetName(text)];
}

async function clean(text: string, options: CleanOptions, run: Run): Promise<ExitStatus> {
  const name = parseWholeName(text, options);
  const occurredAt = options.occurredAt === undefined ? undefined : parseTime(options.occurredAt, Date.now());
  const stage = await openStage(options);
  const account = chooseAccount(stage, options);
  const accounts = await openAccounts(stage, [account], run.log);
  const parts = { stage, accounts, run };
  const request: CleanupRequest = {
    version: 1,
    id: `${SOURCE}-${randomUUID()}`,
    source: SOURCE,
    account,
    namespace: name.namespace,
    ...(options.target && { targets: options.target }),
    ...(occurredAt !== undefined && { occurredAt }),
  };
  const previewed = await preview(request, name, parts);
  const { maxTasksPerRequest, mode } = stage.config.safety;
  const planned = previewed.filter(isPlanned).length;
  if (planned === 0 || options.dryRun === true || mode === 'dry-run' || run.interruption.interrupted) {
    if (mode === 'dry-run') run.say(`Stage ${stage.name} is in dry-run (safety.mode): nothing is deleted.`);
    return tell(previewed, request, { stage: stage.name, dryRun: planned > 0 }, run);
  }
  if (planned > maxTasksPerRequest) {
    throw new UsageError(
      `Nothing was deleted: it would be ${count(planned, 'task')}, and safety.maxTasksPerRequest is ${maxTasksPerRequest}.`,
    );
  }
  const ledger = await openLedger(stage);
  const bus = await openBus(stage, run.log);
  const question = `Delete ${count(planned, 'task')} of ${formatImageName(name)} in ${describeAccount(stage, account)}?`;
  await run.ask(question, formatOutcomes(request.namespace, sortOutcomes(previewed)));
  const done = await carryOutCleanup(request, previewed, { ledger, bus }, parts);
  const all = [...previewed.filter((outcome) => !isPlanned(outcome)), ...done];
  const status = tell(all, request, { stage: stage.name, dryRun: false }, run);
  if (done.some(({ outcome }) => outcome === 'deleted'))
    run.say(`To create them again: swr-sync restore --delivery ${request.id} --stage ${stage.name}`);
  return status;
}

/** @throws {UsageError} if a repository was forgotten, or is one too many. */
function parseWholeName(text: string, { organization = false }: CleanOptions): ImageName {
  const name = parseImageName(text);
  if ((name.repository === undefined) === organization) return name;
  throw new UsageError(
    organization
      ? `${text} is a repository: leave it out, or --organization.`
      : `${text} is an organization: name NAMESPACE/REPOSITORY, or say --organization for every repository of it.`,
  );
}

async function preview(
  request: CleanupRequest,
  { namespace, repository }: ImageName,
  parts: CleanParts,
): Promise<PlacedOutcome[]> {
  if (repository !== undefined) return previewCleanup(request, [repository], parts);
  const { accounts, run } = parts;
  const swr = patientClient(accounts.clientOf(request.account ?? ''), run.interruption);
  const repositories = await listRepositoriesOf(swr, namespace, run.interruption);
  if (repositories.length === 0 && !run.interruption.interrupted)
    throw new UsageError(`SWR lists no repository of ${namespace}.`);
  const outcomes = await previewCleanup(request, repositories, parts);
  // A target is named for all of them, and most need not have it.
  return outcomes.filter((outcome) => !isPlanned(outcome) || outcome.task !== undefined);
}

function tell(
  unsorted: readonly PlacedOutcome[],
  { id, account, namespace }: CleanupRequest,
  { stage, dryRun }: { stage: string; dryRun: boolean },
  run: Run,
): ExitStatus {
  const outcomes = sortOutcomes(unsorted);
  const tasks = outcomes.map((outcome) => documentOf(namespace, outcome));
  run.result({ stage, account, dryRun, delivery: id, tasks }, () =>
    outcomes.length === 0 ? '' : formatOutcomes(namespace, outcomes),
  );
  run.say(outcomes.length === 0 ? 'There is nothing to delete.' : countOutcomes(outcomes));
  const failed = outcomes.some((outcome) => outcome.outcome === 'failed' && !isNotTried(outcome));
  return failed ? EXIT.failed : EXIT.done;
}
