import { randomUUID } from 'node:crypto';
import { UsageError } from '../../command-line/options.ts';
import type { CleanupRequest } from '../../lib/cleanup/request.ts';
import type { Target } from '../../lib/huaweicloud/names.ts';
import { formatImageName, type ImageName, parseImageName, parseTargetName, parseTime } from '../arguments.ts';
import {
  documentOf,
  formatOutcomes,
  isNotTried,
  isPlanned,
  nameOutcome,
  type PlacedOutcome,
  sortOutcomes,
} from '../clean-outcomes.ts';
import { type CleanParts, deletePlanned, previewCleanup } from '../clean-steps.ts';
import { listRepositoriesOf } from '../list-tasks.ts';
import { openBus, openLedger } from '../resources.ts';
import { retryingClient } from '../retry.ts';
import { type ChangingOptions, defineCommand, type Run } from '../run.ts';
import { chooseAccount, describeAccount, openAccounts, openStage } from '../stage.ts';
import { count, countEach } from '../table.ts';

/** Source of these requests in the ledger. */
const SOURCE = 'swr-sync';

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
    return printCleanup(previewed, request, { stage: stage.name, dryRun: planned > 0 }, run);
  }
  if (planned > maxTasksPerRequest) {
    throw new UsageError(
      `Nothing was deleted: ${count(planned, 'task')} found, but safety.maxTasksPerRequest is ${maxTasksPerRequest}. Clean by repository or --target.`,
    );
  }
  const ledger = await openLedger(stage);
  const bus = await openBus(stage, run.log);
  const question = `Delete ${count(planned, 'task')} of ${formatImageName(name)} in ${describeAccount(stage, account)}?`;
  await run.ask(question, formatOutcomes(request.namespace, sortOutcomes(previewed)));
  const done = await deletePlanned(request, previewed, { ledger, bus }, parts);
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

async function preview(
  request: CleanupRequest,
  { namespace, repository }: ImageName,
  parts: CleanParts,
): Promise<PlacedOutcome[]> {
  if (repository !== undefined) return previewCleanup(request, [repository], parts);
  const { accounts, run } = parts;
  const swr = retryingClient(accounts.clientOf(request.account ?? ''), run);
  const repositories = await listRepositoriesOf(swr, namespace, run.interruption);
  if (repositories.length === 0 && !run.interruption.interrupted)
    throw new UsageError(`SWR lists no repository of ${namespace}.`);
  const outcomes = await previewCleanup(request, repositories, parts);
  // Most repositories don't have a task with a target that `--target` names.
  return outcomes.filter((outcome) => !isPlanned(outcome) || outcome.task !== undefined);
}

function printCleanup(
  unsorted: readonly PlacedOutcome[],
  { id, account, namespace }: CleanupRequest,
  { stage, dryRun }: { stage: string; dryRun: boolean },
  run: Run,
): boolean {
  const outcomes = sortOutcomes(unsorted);
  const tasks = outcomes.map((outcome) => documentOf(namespace, outcome));
  run.result({ stage, account, dryRun, delivery: id, tasks }, () =>
    outcomes.length === 0 ? '' : formatOutcomes(namespace, outcomes),
  );
  run.say(outcomes.length === 0 ? 'No task to delete.' : countEach(outcomes.map(nameOutcome)));
  return !outcomes.some((outcome) => outcome.outcome === 'failed' && !isNotTried(outcome));
}
