import { nameOf, showName, type Target } from '../../lib/huaweicloud/names.ts';
import { mayHaveMore } from '../../lib/huaweicloud/sync-task.ts';
import { formatImageName, parseImageName } from '../arguments.ts';
import { readTasks, type TaskList } from '../list-tasks.ts';
import { retryingClient } from '../retry.ts';
import { defineCommand, type GlobalOptions, type Run } from '../run.ts';
import { chooseAccount, describeAccount, openAccounts, openStage } from '../stage.ts';
import { count, formatTable, formatTime, sortBy } from '../table.ts';

/** Adds `swr-sync tasks`. */
export const addTasks = defineCommand({
  usage: 'tasks [NAMESPACE[/REPOSITORY]]',
  summary: 'list synchronization tasks',
  description: 'Lists the tasks of a repository, an organization, or all organizations of an account.',
  examples: ['tasks --stage prod', 'tasks acme-images/payments/api --stage prod --json'],
  work: listTasks,
});

async function listTasks([text]: readonly string[], options: GlobalOptions, run: Run): Promise<boolean> {
  const name = text === undefined ? undefined : parseImageName(text);
  const stage = await openStage(options, run);
  const account = chooseAccount(stage, options);
  const accounts = await openAccounts(stage, [account], run.log);
  const list = await readTasks(retryingClient(accounts.clientOf(account), run), name, run);
  const rows = rowsOf(list);
  const { organizations, repositories } = list.left;
  const complete = organizations + repositories === 0;
  run.result({ stage: stage.name, account, complete, tasks: rows, failures: failuresOf(list) }, () =>
    rows.length === 0 ? '' : format(rows),
  );
  for (const { namespace, repository, message } of failuresOf(list))
    run.say(`Failed: ${namespace}/${showName(repository)}: ${message}`);
  for (const { namespace, repository } of list.found.filter((each) => mayHaveMore(each.tasks)))
    run.say(`${namespace}/${repository} may have more: SWR lists 100 tasks of a repository at the most.`);
  if (organizations > 0) run.say(`${count(organizations, 'organization')} not listed.`);
  if (repositories > 0) run.say(`${count(repositories, 'repository')} not listed.`);
  const where = name === undefined ? '' : ` of ${formatImageName(name)}`;
  run.say(`${count(rows.length, 'task')}${where} in ${describeAccount(stage, account)}.`);
  return list.notRead.length === 0;
}

interface Row {
  readonly namespace: string;
  readonly repository: string;
  readonly target: Target;
  readonly syncAuto: boolean | undefined;
  readonly override: boolean | undefined;
  readonly createdAt: string | undefined;
}

function rowsOf({ found }: TaskList): Row[] {
  const rows = found.flatMap(({ namespace, repository, tasks: each }) =>
    each.map(({ remoteRegionId, remoteNamespace, syncAuto, override, createdAt }) => ({
      namespace,
      repository,
      target: { remoteRegionId, remoteNamespace },
      syncAuto,
      override,
      createdAt,
    })),
  );
  return sortBy(rows, (row) => `${formatImageName(row)} ${nameOf(row.target)}`);
}

function failuresOf({ notRead }: TaskList) {
  return notRead.map(({ failure, ...repository }) => ({ ...repository, ...failure }));
}

function format(rows: readonly Row[]): string {
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
