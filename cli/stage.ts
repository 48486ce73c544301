import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { messageOf, ROOT, UsageError } from '../command-line/options.ts';
import { readConfig } from '../command-line/read-config.ts';
import { SecretStore } from '../lib/aws/secret-store.ts';
import type { Config } from '../lib/config/config.ts';
import { ServiceError } from '../lib/failure.ts';
import { Accounts } from '../lib/huaweicloud/accounts.ts';
import { parseCredentials } from '../lib/huaweicloud/credentials.ts';
import type { Log } from '../lib/log.ts';
import { type ReadSecret, StoredSecret } from '../lib/stored-secret.ts';
import { requireAws } from './aws.ts';
import { takeLocalEnvironment } from './local-environment.ts';
import type { GlobalOptions } from './run.ts';

const NAME = /^[a-z0-9][a-z0-9-]*$/i;

/** One environment of the service, as the configuration and the options describe it. */
export interface Stage {
  readonly name: string;
  readonly config: Config;
  /** The configuration's, as seen from the current directory. */
  readonly file: string;
  readonly region: string | undefined;
  readonly readSecret: ReadSecret;
}

/** @throws {UsageError} if there is no such stage, or its configuration is wrong. */
export async function openStage(options: GlobalOptions): Promise<Stage> {
  return loadStage(await findStage(options), options);
}

/** Where the configuration of a stage is. */
export interface StageFile {
  readonly name: string;
  readonly file: string;
}

/** @throws {UsageError} if the configuration is wrong, or the local stack is not running. */
export async function loadStage({ name, file }: StageFile, options: GlobalOptions): Promise<Stage> {
  const config = await readConfig(name, file).catch((error: unknown) => {
    throw new UsageError(messageOf(error), { cause: error });
  });
  if (name === 'local') await takeLocalEnvironment();
  const store = new SecretStore();
  return {
    name,
    config,
    file: relative(process.cwd(), file),
    region: options.region,
    async readSecret(reference, maxAgeMs) {
      if (!reference.startsWith('env:')) await requireAws(options.region);
      return store.read(reference, maxAgeMs);
    },
  };
}

/** @throws {UsageError} if there is no such stage. */
export async function findStage({ stage, config }: GlobalOptions): Promise<StageFile> {
  const folders = [...new Set([join(process.cwd(), 'config'), join(ROOT, 'config')])];
  if (stage === undefined || !NAME.test(stage)) {
    const problem = stage === undefined ? '--stage NAME is missing' : `${stage} can not be a stage`;
    throw new UsageError(`${problem}; there is a configuration for: ${await namesIn(folders)}`);
  }
  if (config !== undefined) {
    if (!existsSync(config)) throw new UsageError(`There is no file ${config}`);
    return { name: stage, file: resolve(config) };
  }
  const file = folders.map((folder) => join(folder, `${stage}.yml`)).find(existsSync);
  if (file !== undefined) return { name: stage, file };
  throw new UsageError(
    `There is no config/${stage}.yml; there is a configuration for: ${await namesIn(folders)}`,
  );
}

async function namesIn(folders: readonly string[]): Promise<string> {
  const files = await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])));
  const names = files.flat().filter((file) => file.endsWith('.yml'));
  return [...new Set(names.map((file) => file.slice(0, -'.yml'.length)))].toSorted().join(', ') || 'none';
}

/** @throws {UsageError} if the configuration has no such account. */
export function chooseAccount({ name, config }: Stage, { account }: GlobalOptions): string {
  if (account === undefined) return config.defaultAccount;
  if (Object.hasOwn(config.accounts, account)) return account;
  const known = Object.keys(config.accounts).join(', ');
  throw new UsageError(`Stage ${name} has no account ${account}; it has: ${known}`);
}

/** An account as it is told to people. */
export function describeAccount({ config }: Stage, account: string): string {
  return `account ${account} (${config.accounts[account]?.region})`;
}

/**
 * The clients of all accounts.
 *
 * @param needed those that will be called.
 * @throws {UsageError} if one of these has no usable credentials or endpoints.
 */
export async function openAccounts(stage: Stage, needed: readonly string[], log: Log): Promise<Accounts> {
  const { config, readSecret } = stage;
  const accounts = new Accounts(config.accounts, readSecret, log);
  for (const name of needed) {
    const reference = config.accounts[name]?.credentials;
    // One that isn't configured fails where it is called.
    if (reference === undefined) continue;
    try {
      accounts.clientOf(name);
      await new StoredSecret(reference, readSecret, parseCredentials, { of: `account ${name}` }).get();
    } catch (error) {
      if (!(error instanceof ServiceError) || error.failure.retryable) throw error;
      throw new UsageError(error.message, { cause: error });
    }
  }
  return accounts;
}
