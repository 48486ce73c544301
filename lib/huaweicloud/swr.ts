import * as v from 'valibot';
import type { Deadline } from '../deadline.ts';
import { ServiceError } from '../failure.ts';
import type { HttpRequest, HttpResponse } from '../http/http-request.ts';
import { readJson } from '../json.ts';
import type { Log } from '../log.ts';
import { callHuaweiCloud } from './call.ts';
import { parseErrorBody, sortSwrFailure } from './failure.ts';
import { HuaweiCloudError } from './huawei-cloud-error.ts';
import { nameOf, syncRepoPath, type Target } from './names.ts';
import type { RepositoryPage } from './repository-list.ts';
import type { StoredAuthorizer } from './stored-authorizer.ts';
import { parseSyncTasks, type SyncTask } from './sync-task.ts';

/** A page of repositories with their descriptions is the longest answer. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** Answer to the creation of a task that exists. Its code is not documented. A name has no spaces, so no name matches. */
const EXISTS = /duplicate sync|already exist/i;
/** Internal error, with which SWR also answers the creation of a task for an unknown region. */
const INTERNAL_ERROR = 'SVCSTG.SWR.5001101';

const repositoriesSchema = v.array(v.object({ name: v.string(), total_range: v.optional(v.unknown()) }));
const organizationsSchema = v.object({ namespaces: v.array(v.object({ name: v.string() })) });

/** Settings of a task. */
export interface SyncSettings {
  /** Pushed images are copied automatically. */
  readonly syncAuto: boolean;
  /** Images that the target has already are overwritten. */
  readonly override: boolean;
}

interface Answered extends HttpResponse {
  /** Secrets that were sent, to be hidden. */
  readonly hide: readonly string[];
}

/** The calls of one account to SWR, shared edition. A repository with an invalid name is never called. */
export class SwrClient {
  readonly #endpoint: string;
  readonly #authorizer: StoredAuthorizer;
  readonly #log: Log | undefined;

  /** @param log gets a line about each call. */
  constructor(endpoint: string, authorizer: StoredAuthorizer, log?: Log) {
    this.#endpoint = endpoint;
    this.#authorizer = authorizer;
    this.#log = log;
  }

  /**
   * The tasks of a repository, at most 100; none if the repository is unknown. Tasks without `syncAuto` may be missing.
   *
   * @throws {HuaweiCloudError}
   */
  async listSyncTasks(namespace: string, repository: string, deadline: Deadline): Promise<SyncTask[]> {
    const call = `listing the tasks of ${namespace}/${repository}`;
    const answer = await this.#call(call, 'GET', syncRepoPath(namespace, repository), undefined, deadline);
    if (typeof answer === 'string') return [];
    return parseSyncTasks(answer.body) ?? unreadable(call, answer);
  }

  /**
   * @returns whether there was such a task.
   * @throws {HuaweiCloudError}
   */
  async deleteSyncTask(
    namespace: string,
    repository: string,
    target: Target,
    deadline: Deadline,
  ): Promise<'deleted' | 'absent'> {
    const call = `deleting the task ${nameOf(target)} of ${namespace}/${repository}`;
    const { remoteRegionId, remoteNamespace } = target;
    const body = { remoteRegionId, remoteNamespace };
    const answer = await this.#call(call, 'DELETE', syncRepoPath(namespace, repository), body, deadline);
    if (answer === 'gone') return 'absent';
    if (answer === 'gone meanwhile') return 'deleted';
    return isDone(answer) ? 'deleted' : unreadable(call, answer);
  }

  /**
   * Creates a task. SWR changes the one that the repository has for the target, or answers that it exists. The target need
   * not exist.
   *
   * @returns `no repository` where SWR doesn't know the repository.
   * @throws {ServiceError}
   */
  async createSyncTask(
    namespace: string,
    repository: string,
    target: Target,
    { syncAuto, override }: SyncSettings,
    deadline: Deadline,
  ): Promise<'created' | 'exists' | 'no repository'> {
    const call = `creating the task ${nameOf(target)} of ${namespace}/${repository}`;
    const { remoteRegionId, remoteNamespace } = target;
    const body = { remoteRegionId, remoteNamespace, syncAuto, override };
    try {
      const answer = await this.#call(call, 'POST', syncRepoPath(namespace, repository), body, deadline);
      if (typeof answer === 'string') return 'no repository';
      return isDone(answer) ? 'created' : unreadable(call, answer);
    } catch (error) {
      if (!(error instanceof HuaweiCloudError)) throw error;
      const { failure, message } = error;
      if (EXISTS.test(message.slice(call.length))) return 'exists';
      if (failure.code !== INTERNAL_ERROR) throw error;
      const hint = `SWR may not know the region ${remoteRegionId}`;
      throw new ServiceError(
        { ...failure, message: `${message}: ${hint}`, retryable: false },
        { cause: error },
      );
    }
  }

  /**
   * Page of an organization's repositories. A short page need not be the last one: `readRepositories` reads all.
   *
   * @param offset how many to leave out: a multiple of `limit`.
   * @param limit 1 to 1,000.
   * @throws {HuaweiCloudError}
   */
  async listRepositories(
    namespace: string,
    offset: number,
    deadline: Deadline,
    limit: number,
  ): Promise<RepositoryPage> {
    const call = `listing the repositories of ${namespace}`;
    const query = new URLSearchParams({ namespace, limit: `${limit}`, offset: `${offset}` });
    const answer = await this.#call(call, 'GET', `/v2/manage/repos?${query.toString()}`, undefined, deadline);
    if (typeof answer === 'string') return { names: [] };
    const rows = parseAnswer(repositoriesSchema, answer.body) ?? unreadable(call, answer);
    const inHeader = /\/(\d+)$/.exec(answer.headers['content-range'] ?? '')?.[1];
    const totals = [inHeader, ...rows.map((row) => row.total_range)].map(Number).filter(Number.isSafeInteger);
    return { names: rows.map(({ name }) => name), ...(totals.length > 0 && { total: Math.max(...totals) }) };
  }

  /**
   * The names of the account's organizations, as far as its user may see them.
   *
   * @throws {HuaweiCloudError}
   */
  async listOrganizations(deadline: Deadline): Promise<readonly string[]> {
    const call = 'listing the organizations';
    const answer = await this.#call(call, 'GET', '/v2/manage/namespaces', undefined, deadline);
    if (typeof answer === 'string') return [];
    const parsed = parseAnswer(organizationsSchema, answer.body);
    return parsed?.namespaces.map(({ name }) => name) ?? unreadable(call, answer);
  }

  /** Makes a call, and repeats it with a new authorization if SWR rejects the first. */
  async #call(
    call: string,
    method: HttpRequest['method'],
    path: string,
    body: object | undefined,
    deadline: Deadline,
  ): Promise<Answered | 'gone' | 'gone meanwhile'> {
    const request = {
      service: 'swr',
      call,
      method,
      url: new URL(`${this.#endpoint}${path}`),
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      maxBodyBytes: MAX_BODY_BYTES,
      deadline,
    } as const;
    let sentTwice = false;
    for (let attempt = 1; ; attempt += 1) {
      const authorization = await this.#authorizer.authorize(request, deadline);
      const { headers, secrets: hide } = authorization;
      const answer = await callHuaweiCloud({ ...request, headers }, this.#log);
      sentTwice ||= answer.sentTwice === true;
      if (answer.status >= 200 && answer.status < 300) return { ...answer, hide };
      const error = HuaweiCloudError.fromAnswer(call, answer, sortSwrFailure, { hide });
      if (error.verdict === 'gone') return sentTwice ? 'gone meanwhile' : 'gone';
      // The first request may have deleted the task, whatever the answer to the second one: a retry lists first.
      if (sentTwice && method === 'DELETE') throw error.as('retry');
      if (error.verdict !== 'relogin') throw error;
      if (!authorization.rejected(answer, attempt)) throw error.as('permanent');
    }
  }
}

/** True for a success whose body says nothing else. */
function isDone({ body }: HttpResponse): boolean {
  if (body === '') return true;
  const { code, html } = parseErrorBody(body);
  return code === undefined && !html;
}

function parseAnswer<T>(schema: v.GenericSchema<unknown, T>, body: string): T | undefined {
  const parsed = v.safeParse(schema, readJson(body), { abortEarly: true });
  return parsed.success ? parsed.output : undefined;
}

/** Throws a transient failure for a success with an unreadable body, such as the page of a proxy. */
function unreadable(call: string, answer: Answered): never {
  throw HuaweiCloudError.fromAnswer(call, answer, sortSwrFailure, answer).as('retry');
}
