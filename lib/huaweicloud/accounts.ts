import { reportEndpoint, resolveEndpoint } from '../endpoint.ts';
import { type Failure, ServiceError } from '../failure.ts';
import type { Log } from '../log.ts';
import { checkSecrets, type ReadSecret, StoredSecret } from '../stored-secret.ts';
import { type Credentials, parseCredentials } from './credentials.ts';
import { Rejections } from './rejections.ts';
import { StoredAuthorizer } from './stored-authorizer.ts';
import { SwrClient } from './swr.ts';

/** A Huawei Cloud account: where its repositories are, and who deletes there. */
export interface Account {
  /** Also the name of the IAM project that tokens are for. */
  readonly region: string;
  /** A secret reference (`secretsmanager:NAME`, `ssm:NAME` or `env:NAME`) to JSON with an access key, or an IAM user. */
  readonly credentials: string;
  /** A URL without a slash at its end, or `env:NAME` for a variable that holds one. */
  readonly iamEndpoint: string;
  readonly swrEndpoint: string;
}

interface Connection {
  readonly credentials: StoredSecret<Credentials>;
  /** Or why there is none. */
  readonly swr: SwrClient | Failure;
}

/**
 * The configured accounts, each with its client. Keeps their tokens, so there should be one for as long as a
 * process lives. An account whose secret or endpoint is unusable affects no other.
 */
export class Accounts {
  readonly #connections: ReadonlyMap<string, Connection>;

  constructor(accounts: Readonly<Record<string, Account>>, read: ReadSecret, log: Log) {
    const rejections = new Rejections();
    this.#connections = new Map(
      Object.entries(accounts).map(([name, account]) => [
        name,
        connect(name, account, read, rejections, log.with({ account: name })),
      ]),
    );
  }

  get names(): readonly string[] {
    return [...this.#connections.keys()];
  }

  /** Reads the secrets of all accounts, so that each unusable one is logged before it is needed. */
  checkSecrets(): Promise<void> {
    return checkSecrets([...this.#connections.values()].map(({ credentials }) => credentials));
  }

  /**
   * @throws {ServiceError} `UNKNOWN_ACCOUNT` if there is no such account, `ENDPOINT_UNUSABLE` if one of its endpoints is
   *   none.
   */
  clientOf(account: string): SwrClient {
    const connection = this.#connections.get(account);
    if (connection !== undefined) {
      if (connection.swr instanceof SwrClient) return connection.swr;
      throw new ServiceError(connection.swr);
    }
    const message = `account ${account} is not among the configured ones (${this.names.join(', ')})`;
    throw new ServiceError({ code: 'UNKNOWN_ACCOUNT', message, retryable: false });
  }
}

function connect(
  name: string,
  account: Account,
  read: ReadSecret,
  rejections: Rejections,
  log: Log,
): Connection {
  const owner = { of: `account ${name}`, log };
  const credentials = new StoredSecret(account.credentials, read, parseCredentials, owner);
  try {
    const authorizer = new StoredAuthorizer({
      iamEndpoint: resolveEndpoint(account.iamEndpoint),
      project: account.region,
      readCredentials: (fresh) => (fresh ? credentials.get(0) : credentials.get()),
      rejections,
      log,
    });
    return { credentials, swr: new SwrClient(resolveEndpoint(account.swrEndpoint), authorizer, log) };
  } catch (error) {
    return { credentials, swr: reportEndpoint(error, owner) };
  }
}
