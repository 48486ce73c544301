import pMap from 'p-map';
import { UsageError } from '../command-line/options.ts';
import { OUT_OF_TIME } from '../lib/cleanup/outcome.ts';
import { type Failure, failureOf, ServiceError } from '../lib/failure.ts';
import { type ListPage, readRepositories } from '../lib/huaweicloud/repository-list.ts';
import type { SwrClient } from '../lib/huaweicloud/swr.ts';
import type { SyncTask } from '../lib/huaweicloud/sync-task.ts';
import type { ImageName } from './arguments.ts';
import type { Run } from './run.ts';

const REPOSITORIES_AT_A_TIME = { concurrency: 16 };
/** Largest page of SWR. */
const PAGE = 1000;

type Client = Pick<SwrClient, 'listSyncTasks' | 'listRepositories' | 'listOrganizations'>;

interface Repository {
  readonly namespace: string;
  readonly repository: string;
}

interface Found extends Repository {
  readonly tasks: readonly SyncTask[];
}

interface NotRead extends Repository {
  readonly failure: Failure;
}

export interface TaskList {
  readonly found: readonly Found[];
  readonly notRead: readonly NotRead[];
  /** Numbers of those left out after Ctrl-C. */
  readonly left: { readonly organizations: number; readonly repositories: number };
}

/**
 * Lists the tasks of a repository, an organization, or all organizations that the account's user sees.
 *
 * @throws {UsageError} if there is no such organization, {HuaweiCloudError} if the repositories can't be listed.
 */
export async function readTasks(swr: Client, name: ImageName | undefined, run: Run): Promise<TaskList> {
  const { repositories, left } = await listRepositories(swr, name, run);
  const progress = run.progress('repositories', repositories.length);
  const { interruption } = run;
  let repositoriesLeft = 0;
  const notRead: NotRead[] = [];
  const found = await pMap(
    repositories,
    async (repository): Promise<Found[]> => {
      if (!interruption.allowsMore()) {
        repositoriesLeft += 1;
        return [];
      }
      try {
        const tasks = await swr.listSyncTasks(repository.namespace, repository.repository, interruption);
        return [{ ...repository, tasks }];
      } catch (error) {
        notRead.push({ ...repository, failure: failureOf(error) });
        return [];
      } finally {
        progress.advance();
      }
    },
    REPOSITORIES_AT_A_TIME,
  );
  progress.end();
  return { found: found.flat(), notRead, left: { organizations: left, repositories: repositoriesLeft } };
}

async function listRepositories(
  swr: Client,
  name: ImageName | undefined,
  { progress, interruption }: Run,
): Promise<{ repositories: readonly Repository[]; left: number }> {
  if (name?.repository !== undefined) {
    const { namespace, repository } = name;
    return { repositories: [{ namespace, repository }], left: 0 };
  }
  const organizations = await swr.listOrganizations(interruption);
  if (name !== undefined && !organizations.includes(name.namespace)) {
    throw new UsageError(
      `There is no organization ${name.namespace}, or this account's user may not see it; it sees: ${organizations.join(', ') || 'none'}`,
    );
  }
  const chosen = name === undefined ? organizations : [name.namespace];
  const bar = progress('organizations', chosen.length);
  const repositories: Repository[] = [];
  let left = chosen.length;
  for (const namespace of chosen) {
    const names = await listRepositoriesOf(swr, namespace, interruption);
    if (interruption.interrupted) break;
    repositories.push(...names.map((repository) => ({ namespace, repository })));
    left -= 1;
    bar.advance();
  }
  bar.end();
  return { repositories, left };
}

/**
 * Lists all repositories of an organization, or those of the first pages if it is interrupted.
 *
 * @throws {ServiceError} `LIST_CHANGED` if the list kept changing.
 */
export async function listRepositoriesOf(
  swr: Pick<SwrClient, 'listRepositories'>,
  namespace: string,
  interruption: Run['interruption'],
): Promise<readonly string[]> {
  if (interruption.interrupted) return [];
  const list: ListPage = (offset, limit) => {
    if (interruption.interrupted) throw new ServiceError(OUT_OF_TIME);
    return swr.listRepositories(namespace, offset, interruption, limit);
  };
  const { names, failure } = await readRepositories(namespace, list, PAGE);
  if (failure !== undefined && !interruption.interrupted) throw new ServiceError(failure);
  return names;
}
