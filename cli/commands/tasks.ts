import pMap from 'p-map';
import { UsageError } from '../../command-line/options.ts';
import { type Failure, failureOf } from '../../lib/failure.ts';
import { nameOf, showName, type Target } from '../../lib/huaweicloud/names.ts';
import { mayHaveMore, type SyncTask } from '../../lib/huaweicloud/sync-task.ts';
import { formatImageName, type ImageName, parseImageName } from '../arguments.ts';
import { defineCommand, type GlobalOptions, type Run } from '../run.ts';
import { chooseAccount, describeAccount, openStage } from '../stage.ts';
import { type Calls, listRepositoriesOf, openAccounts, retryingClient } from '../swr-calls.ts';
import { count, formatTable, formatTime, sortBy } from '../table.ts';

const REPOSITORIES_AT_A_TIME = { concurrency: 16 };

type Repository = Required<ImageName>;

/** Adds `swr-sync tasks`. */
export const addTasks = defineCommand({
  usage: 'tasks [NAMESPACE[/REPOSITORY]]',
  summary: 'list synchronization tasks',
  description: 'Lists the tasks of a repository, an organization, or all organizations of an account.',
  examples: ['tasks --stage prod', 'tasks acme-images/payments/api --stage prod --json'],
  work: listTasks,
});

async function listTasks([text]: readonly string[], options: GlobalOptions, run: Run): Promise<boolean> {
  const { interruption, progress, result, say } = run;
  const name = text === undefined ? undefined : parseImageName(text);
  const stage = await openStage(options, run);
  const account = chooseAccount(stage, options);
  const accounts = await openAccounts(stage, [account], run);
  const swr = retryingClient(accounts.clientOf(account), run);
  const { repositories, organizationsLeft } = await listRepositories(swr, name, run);
  const rows: Row[] = [];
  const failures: (Repository & Failure)[] = [];
  let left = repositories.length;
  const bar = progress('repositories', left);
  await pMap(
    repositories,
    async (place) => {
      if (!interruption.allowsMore()) return;
      left -= 1;
      try {
        const tasks = await swr.listSyncTasks(place.namespace, place.repository, interruption);
        rows.push(...tasks.map((task) => rowOf(place, task)));
        if (mayHaveMore(tasks))
          say(`${formatImageName(place)} may have more: SWR lists 100 tasks of a repository at the most.`);
      } catch (error) {
        failures.push({ ...place, ...failureOf(error) });
      }
      bar.advance();
    },
    REPOSITORIES_AT_A_TIME,
  );
  bar.end();
  const tasks = sortBy(rows, (row) => `${formatImageName(row)} ${nameOf(row.target)}`);
  const complete = organizationsLeft + left === 0;
  result({ stage: stage.name, account, complete, tasks, failures }, () => formatTasks(tasks));
  for (const { namespace, repository, message } of failures)
    say(`Failed: ${namespace}/${showName(repository)}: ${message}`);
  if (organizationsLeft > 0) say(`${count(organizationsLeft, 'organization')} not listed.`);
  if (left > 0) say(`${count(left, 'repository')} not listed.`);
  const where = name === undefined ? '' : ` of ${formatImageName(name)}`;
  say(`${count(tasks.length, 'task')}${where} in ${describeAccount(stage, account)}.`);
  return failures.length === 0;
}

/**
 * Lists a repository, or those of an organization or of all organizations that the account's user sees.
 *
 * @throws {UsageError} if there is no such organization, {HuaweiCloudError} if the repositories can't be listed.
 */
async function listRepositories(
  swr: Calls,
  name: ImageName | undefined,
  run: Run,
): Promise<{ readonly repositories: readonly Repository[]; readonly organizationsLeft: number }> {
  if (name?.repository !== undefined) {
    const { namespace, repository } = name;
    return { repositories: [{ namespace, repository }], organizationsLeft: 0 };
  }
  const organizations = await swr.listOrganizations(run.interruption);
  if (name !== undefined && !organizations.includes(name.namespace)) {
    throw new UsageError(
      `There is no organization ${name.namespace}, or this account's user may not see it; it sees: ${organizations.join(', ') || 'none'}`,
    );
  }
  const chosen = name === undefined ? organizations : [name.namespace];
  const bar = run.progress('organizations', chosen.length);
  const repositories: Repository[] = [];
  let organizationsLeft = chosen.length;
  for (const namespace of chosen) {
    const names = await listRepositoriesOf(swr, namespace, run);
    if (run.interruption.interrupted) break;
    repositories.push(...names.map((repository) => ({ namespace, repository })));
    organizationsLeft -= 1;
    bar.advance();
  }
  bar.end();
  return { repositories, organizationsLeft };
}

type Row = ReturnType<typeof rowOf>;

function rowOf(place: Repository, task: SyncTask) {
  const { remoteRegionId, remoteNamespace, syncAuto, override, createdAt } = task;
  const target: Target = { remoteRegionId, remoteNamespace };
  return { ...place, target, syncAuto, override, createdAt };
}

function formatTasks(rows: readonly Row[]): string {
  return formatTable(
    ['REPOSITORY', 'TARGET', 'AUTO', 'OVERRIDE', 'CREATED (UTC)'],
    rows.map((row) => [
      formatImageName(row),
      nameOf(row.target),
      formatFlag(row.syncAuto),
      formatFlag(row.override),
      formatTime(row.createdAt),
    ]),
  );
}

function formatFlag(flag: boolean | undefined): string {
  if (flag === undefined) return '?';
  return flag ? 'yes' : 'no';
}
