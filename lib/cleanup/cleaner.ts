import type { Account, Config } from '../config/config.ts';
import { resolveEndpoint } from '../config/endpoint.ts';
import type { Deadline } from '../deadline.ts';
import { failureOf } from '../failure.ts';
import { type Credentials, parseCredentials } from '../huaweicloud/credentials.ts';
import { Refusals } from '../huaweicloud/refusals.ts';
import { SwrClient } from '../huaweicloud/swr.ts';
import { TokenKeeper } from '../huaweicloud/token.ts';
import type { Log } from '../log.ts';
import { type AskSource, createAskSource } from '../sources/ask-source.ts';
import { type ReadSecret, StoredSecret } from '../stored-secret.ts';
import { cleanRequest } from './clean-request.ts';
import type { CleanupResult, Outcome } from './outcome.ts';
import type { CleanupRequest } from './request.ts';

interface Connection {
  readonly credentials: StoredSecret<Credentials>;
  readonly swr: SwrClient;
}

/** Cleans in the accounts of a configuration. Keeps their tokens, so there should be one for as long as a process lives. */
export class Cleaner {
  readonly #config: Config;
  readonly #log: Log;
  readonly #askSource: AskSource;
  readonly #connections: ReadonlyMap<string, Connection>;

  /** @throws {Error} if an endpoint is not usable. */
  constructor(config: Config, read: ReadSecret, log: Log) {
    this.#askSource = createAskSource(config, read);
    this.#config = config;
    this.#log = log;
    const refusals = new Refusals();
    this.#connections = new Map(
      Object.entries(config.accounts).map(([name, account]) => [
        name,
        connect(account, read, refusals, log.with({ account: name })),
      ]),
    );
  }

  /** The secrets that it needs, to be checked beforehand. */
  get credentials(): readonly StoredSecret<Credentials>[] {
    return [...this.#connections.values()].map(({ credentials }) => credentials);
  }

  /** The client of an account, or of the default one; undefined if there is no such account. */
  clientOf(account: string = this.#config.defaultAccount): SwrClient | undefined {
    return this.#connections.get(account)?.swr;
  }

  /** Never throws: what fails is an outcome. */
  async clean(request: CleanupRequest, deadline: Deadline): Promise<CleanupResult> {
    const account = request.account ?? this.#config.defaultAccount;
    const log = this.#log.with({ id: request.id, account });
    const connection = this.#connections.get(account);
    if (connection === undefined) {
      const message = `account ${account} is not among the configured ones (${[...this.#connections.keys()].join(', ')})`;
      const failed = { outcome: 'failed', code: 'UNKNOWN_ACCOUNT', message, retryable: false } as const;
      log.warn('failed', failed);
      return { request, outcomes: [failed] };
    }
    const { swr } = connection;
    const { safety } = this.#config;
    const stays = await this.#askFirst(request, deadline);
    if (stays !== undefined) {
      log.warn(stays.outcome, { ...stays });
      return { request, outcomes: [stays] };
    }
    return { request, ...(await cleanRequest(request, { swr, safety, deadline, log })) };
  }

  /** Why nothing may be deleted yet, where the source has to say first that its repository is gone. */
  async #askFirst(request: CleanupRequest, deadline: Deadline): Promise<Outcome | undefined> {
    const { source = '', sourceRepository } = request;
    if (sourceRepository === undefined) return undefined;
    try {
      const existence = await this.#askSource(source, sourceRepository, deadline);
      if (existence === 'gone') return undefined;
      if (existence === 'exists') return { outcome: 'kept', reason: 'still at the source' };
      const message = `${source} did not say definitely whether it still has ${sourceRepository}`;
      return { outcome: 'failed', code: 'SOURCE_UNDECIDED', message, retryable: true };
    } catch (error) {
      return { outcome: 'failed', ...failureOf(error) };
    }
  }
}

function connect(account: Account, read: ReadSecret, refusals: Refusals, log: Log): Connection {
  const credentials = new StoredSecret(account.credentials, read, parseCredentials);
  const tokens = new TokenKeeper({
    iamEndpoint: resolveEndpoint(account.iamEndpoint),
    project: account.region,
    readCredentials: (fresh) => (fresh ? credentials.get(0) : credentials.get()),
    refusals,
    log,
  });
  return { credentials, swr: new SwrClient(resolveEndpoint(account.swrEndpoint), tokens) };
}
