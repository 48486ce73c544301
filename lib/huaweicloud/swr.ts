import * as v from 'valibot';
import type { Deadline } from '../deadline.ts';
import { exchange, type HttpRequest, type HttpResponse } from '../http/exchange.ts';
import { parseErrorBody } from './error-body.ts';
import { sortSwrFailure } from './failure.ts';
import { HuaweiCloudError } from './huawei-cloud-error.ts';
import { syncRepoPath } from './names.ts';
import { nameOf, parseSyncTasks, type SyncTask, type Target } from './sync-task.ts';
import type { TokenKeeper } from './token.ts';

const CALL_LIMIT_MS = 10_000;
/** A page of repositories with their descriptions is the longest answer. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** SWR would give 1,000 at once, but a page has to be worked off well within one invocation. */
export const REPOSITORY_PAGE = 100;

const repositoriesSchema = v.array(v.object({ name: v.string() }));

type Method = HttpRequest['method'];

/** The calls of one account to SWR, shared edition. Every name must have passed `names.ts`. */
export class SwrClient {
  readonly #endpoint: string;
  readonly #tokens: TokenKeeper;

  constructor(endpoint: string, tokens: TokenKeeper) {
    this.#endpoint = endpoint;
    this.#tokens = tokens;
  }

  /**
   * The tasks of a repository, at most 100; none if the repository is unknown. Tasks without `syncAuto` may be missing.
   *
   * @throws {HuaweiCloudError}
   */
  async listSyncTasks(namespace: string, repository: string, deadline: Deadline): Promise<SyncTask[]> {
    const call = `listing the tasks of ${namespace}/${repository}`;
    const answer = await this.#call(call, 'GET', syncRepoPath(namespace, repository), undefined, deadline);
    if (answer === 'gone') return [];
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
    const body = JSON.stringify({ remoteRegionId, remoteNamespace });
    const answer = await this.#call(call, 'DELETE', syncRepoPath(namespace, repository), body, deadline);
    if (answer === 'gone') return 'absent';
    if (answer.body === '') return 'deleted';
    const { code, html } = parseErrorBody(answer.body);
    return code === undefined && !html ? 'deleted' : unreadable(call, answer);
  }

  /**
   * The names of an organization's repositories: one page of them.
   *
   * @param offset how many to leave out.
   * @returns fewer than `REPOSITORY_PAGE` where there are no more.
   * @throws {HuaweiCloudError}
   */
  async listRepositories(namespace: string, offset: number, deadline: Deadline): Promise<readonly string[]> {
    const call = `listing the repositories of ${namespace}`;
    const query = new URLSearchParams({ namespace, limit: `${REPOSITORY_PAGE}`, offset: `${offset}` });
    const answer = await this.#call(call, 'GET', `/v2/manage/repos?${query.toString()}`, undefined, deadline);
    if (answer === 'gone') return [];
    return parseRepositories(answer.body) ?? unreadable(call, answer);
  }

  /** One call, and a second one with a new token if SWR no longer takes the first one's. */
  async #call(
    call: string,
    method: Method,
    path: string,
    body: string | undefined,
    deadline: Deadline,
  ): Promise<HttpResponse | 'gone'> {
    for (let attempt = 1; ; attempt += 1) {
      const token = await this.#tokens.get(deadline);
      const answer = await this.#send(call, method, path, body, token, deadline);
      if (answer.status >= 200 && answer.status < 300) return answer;
      const error = HuaweiCloudError.fromAnswer(call, answer, sortSwrFailure, { hide: [token] });
      if (error.verdict === 'gone') return 'gone';
      if (error.verdict !== 'relogin') throw error;
      this.#tokens.discard(token);
      // A token fresh from IAM that SWR refuses as well: not a matter of time.
      if (attempt === 2) throw error.as('needs-person');
    }
  }

  async #send(
    call: string,
    method: Method,
    path: string,
    body: string | undefined,
    token: string,
    deadline: Deadline,
  ): Promise<HttpResponse> {
    try {
      return await exchange({
        method,
        url: new URL(`${this.#endpoint}${path}`),
        headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-Auth-Token': token },
        ...(body !== undefined && { body }),
        timeoutMs: Math.min(CALL_LIMIT_MS, deadline.remainingMs()),
        maxBodyBytes: MAX_BODY_BYTES,
      });
    } catch (error) {
      throw HuaweiCloudError.fromTransport(call, error);
    }
  }
}

function parseRepositories(body: string): string[] | undefined {
  try {
    return v.parse(repositoriesSchema, JSON.parse(body)).map(({ name }) => name);
  } catch {
    return undefined;
  }
}

/** A success whose body says otherwise, as a proxy's page does: nothing is known, so another try is due. */
function unreadable(call: string, answer: HttpResponse): never {
  throw HuaweiCloudError.fromAnswer(call, answer, sortSwrFailure).as('retry');
}
