import type { Account, Config } from '../config/config.ts';
import { resolveEndpoint } from '../config/endpoint.ts';
import { ServiceError } from '../failure.ts';
import { type Credentials, parseCredentials } from '../huaweicloud/credentials.ts';
import { Refusals } from '../huaweicloud/refusals.ts';
import { StoredAuthorizer } from '../huaweicloud/stored-authorizer.ts';
import { SwrClient } from '../huaweicloud/swr.ts';
import type { Log } from '../log.ts';
import { type ReadSecret, StoredSecret } from '../stored-secret.ts';

interface Connection {
  readonly credentials: StoredSecret<Credentials>;
  readonly swr: SwrClient;
}

/** The accounts of a configuration, each with its client. Keeps their tokens, so there should be one for as long as a process lives. */
export class Accounts {
  readonly #connections: ReadonlyMap<string, Connection>;

  /** @throws {Error} if an endpoint is not usable. */
  constructor(config: Config, read: ReadSecret, log: Log) {
    const refusals = new Refusals();
    this.#connections = new Map(
      Object.entries(config.accounts).map(([name, account]) => [
        name,
        connect(account, read, refusals, log.with({ account: name })),
      ]),
    );
  }

  get names(): readonly string[] {
    return [...this.#connections.keys()];
  }

  /** The secrets of all accounts, to be checked beforehand. */
  get credentials(): readonly StoredSecret<Credentials>[] {
    return [...this.#connections.values()].map(({ credentials }) => credentials);
  }

  /** @throws {ServiceError} `UNKNOWN_ACCOUNT` if there is no such account. */
  clientOf(account: string): SwrClient {
    const connection = this.#connections.get(account);
    if (connection !== undefined) return connection.swr;
    const message = `account ${account} is not among the configured ones (${this.names.join(', ')})`;
    throw new ServiceError({ code: 'UNKNOWN_ACCOUNT', message, retryable: false });
  }
}

function connect(account: Account, read: ReadSecret, refusals: Refusals, log: Log): Connection {
  const credentials = new StoredSecret(account.credentials, read, parseCredentials);
  const authorizer = new StoredAuthorizer({
    iamEndpoint: resolveEndpoint(account.iamEndpoint),
    project: account.region,
    readCredentials: (fresh) => (fresh ? credentials.get(0) : credentials.get()),
    refusals,
    log,
  });
  return { credentials, swr: new SwrClient(resolveEndpoint(account.swrEndpoint), authorizer, log) };
}
