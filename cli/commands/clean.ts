import { randomUUID } from 'node:crypto';
import { UsageError } from '../../command-line/options.ts';
import { noLedger } from '../../lib/cleanup/ledger.ts';
import type { CleanupRequest } from '../../lib/cleanup/request.ts';
import type { Target } from '../../lib/huaweicloud/names.ts';
import { formatImageName, type ImageName, parseImageName, parseTargetName, parseTime } from '../arguments.ts';
import {
  describeOutcome,
  formatOutcomes,
  hasFailed,
  isPlanned,
  nameOutcome,
  type PlacedOutcome,
  sortOutcomes,
} from '../clean-outcomes.ts';
import { cleanAll, createCleaner } from '../clean-steps.ts';
import { openBus, openLedger } from '../resources.ts';
import { type ChangingOptions, defineCommand, type Run } from '../run.ts';
import { chooseAccount, describeAccount, openStage } from '../stage.ts';
import { type Calls, listRepositoriesOf, openAccounts, retryingClient } from '../swr-calls.ts';
import { count, countEach } from '../table.ts';

/** Source of these requests in the ledger. */
const CLI_SOURCE = 'swr-sync';

interface CleanOptions extends ChangingOptions {
  readonly organization?: boolean;
  readonly target?: readonly Target[];
  readonly occurredAt?: string;
}

/** Adds `swr-sync clean`. */
export const addClean = defineCommand<CleanOptions>({
  usage: 'clean <NAMESPACE[/REPOSITORY]>',
  summary: "delete a repository's synchronization tasks",
  description: 'Deletes tasks as if the repository had been deleted. safety.deny applies.',
  changes: true,
  addOptions: (command) =>
    command
      .option('--organization', 'every repository of the organization')
      .option(
        '--target <region/organization>',
        'only tasks with this target; may be repeated',
        collectTargets,
      )
      .option('--occurred-at <time>', 'keep tasks created later'),
  examples: [
    'clean acme-images/payments/api --stage prod',
    'clean acme-images/payments/api --target cn-east-3/acme-dr --stage prod --yes',
    'clean acme-images --organization --stage prod --dry-run',
  ],
  work: clean,
});

function collectTargets(text: string, before: readonly Target[] = []): readonly Target[] {
  return [...before, parseTargetName(text)];
}

async function clean([text = '']: readonly string[], options: CleanOptions, run: Run): Promise<boolean> {
  const name = parseScope(text, options);
  const occurredAt = options.occurredAt === undefined ? undefined : parseTime(options.occurredAt, Date.now());
  const stage = await openStage(options, run);
  const account = chooseAccount(stage, options);
  const accounts = await openAccounts(stage, [account], run);
  const request: CleanupRequest = {
    version: 1,
    id: `${CLI_SOURCE}-${randomUUID()}`,
    source: CLI_SOURCE,
    account,
    namespace: name.namespace,
    ...(options.target && { targets: options.target }),
    ...(occurredAt !== undefined && { occurredAt }),
  };
  const repositories = await listScope(name, retryingClient(accounts.clientOf(account), run), run);
  const requests = repositories.map((repository) => ({ ...request, repository }));
  const preview = createCleaner(stage, accounts, noLedger, run, { mode: 'dry-run' });
  const previewed = (await cleanAll(requests, preview, run)).filter(
    // Most repositories of an organization don't have a task with a target that `--target` names.
    (outcome) => name.repository !== undefined || !isPlanned(outcome) || outcome.task !== undefined,
  );
  const planned = Map.groupBy(previewed.filter(isPlanned), ({ repository }) => repository);
  const plannedTasks = previewed.filter(isPlanned).length;
  const { maxTasksPerRequest, mode } = stage.config.safety;
  if (plannedTasks === 0 || options.dryRun === true || mode === 'dry-run' || run.interruption.interrupted) {
    if (mode === 'dry-run') run.say(`Stage ${stage.name} is in dry-run (safety.mode): nothing is deleted.`);
    return printCleanup(previewed, request, { stage: stage.name, dryRun: plannedTasks > 0 }, run);
  }
  if (plannedTasks > maxTasksPerRequest) {
    throw new UsageError(
      `Nothing was deleted: ${count(plannedTasks, 'task')} found, but safety.maxTasksPerRequest is ${maxTasksPerRequest}. Clean by repository or --target.`,
    );
  }
  const cleaner = createCleaner(stage, accounts, await openLedger(stage, run), run);
  const bus = await openBus(stage, run.log);
  const question = `Delete ${count(plannedTasks, 'task')} of ${formatImageName(name)} in ${describeAccount(stage, account)}?`;
  await run.ask(question, formatOutcomes(sortOutcomes(previewed)));
  // With the targets of the preview: tasks that were created since then stay.
  const deletions = [...planned].map(([repository, outcomes]) => {
    return { ...request, repository, targets: outcomes.flatMap(({ target }) => target ?? []) };
  });
  const done = await cleanAll(deletions, cleaner, run, bus);
  const all = [...previewed.filter((outcome) => !isPlanned(outcome)), ...done];
  const isDone = printCleanup(all, request, { stage: stage.name, dryRun: false }, run);
  if (done.some(({ outcome }) => outcome === 'deleted'))
    run.say(`To restore them: swr-sync restore --delivery ${request.id} --stage ${stage.name}`);
  return isDone;
}

/**
 * Reads a repository, or an organization with `--organization`.
 *
 * @throws {UsageError}
 */
function parseScope(text: string, { organization = false }: CleanOptions): ImageName {
  const name = parseImageName(text);
  if ((name.repository === undefined) === organization) return name;
  throw new UsageError(
    organization
      ? `${text} is a repository: omit the repository, or --organization.`
      : `${text} is an organization: give NAMESPACE/REPOSITORY, or --organization for all of its repositories.`,
  );
}

async function listScope(
  { namespace, repository }: ImageName,
  swr: Calls,
  run: Run,
): Promise<readonly string[]> {
  if (repository !== undefined) return [repository];
  const repositories = await listRepositoriesOf(swr, namespace, run);
  if (repositories.length === 0 && !run.interruption.interrupted)
    throw new UsageError(`SWR lists no repository of ${namespace}.`);
  return repositories;
}

function printCleanup(
  unsorted: readonly PlacedOutcome[],
  { id, account }: CleanupRequest,
  { stage, dryRun }: { stage: string; dryRun: boolean },
  run: Run,
): boolean {
  const outcomes = sortOutcomes(unsorted);
  const tasks = outcomes.map(describeOutcome);
  run.result({ stage, account, dryRun, delivery: id, tasks }, () => formatOutcomes(outcomes));
  run.say(outcomes.length === 0 ? 'No task to delete.' : countEach(outcomes.map(nameOutcome)));
  return !outcomes.some(hasFailed);
}
