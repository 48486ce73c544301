import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import * as v from 'valibot';
import { messageOf, ROOT, UsageError } from '../command-line/options.ts';
import { readConfig } from '../command-line/read-config.ts';
import { SecretStore } from '../lib/aws/secret-store.ts';
import type { Config } from '../lib/config/config.ts';
import { ServiceError } from '../lib/failure.ts';
import { Accounts } from '../lib/huaweicloud/accounts.ts';
import { parseCredentials } from '../lib/huaweicloud/credentials.ts';
import type { Log } from '../lib/log.ts';
import { type ReadSecret, StoredSecret } from '../lib/stored-secret.ts';
import { type AwsAccess, prepareAws } from './aws.ts';
import type { GlobalOptions, Run } from './run.ts';

const NAME = /^[a-z0-9][a-z0-9-]*$/i;
/** File in which `npm start` notes the endpoints and secrets of the local stack. */
const STACK_FILE = join('.local', 'stack.json');

const stackSchema = v.object({ env: v.record(v.string(), v.string()) });

/** One environment of the service, as the configuration and the options describe it. */
export interface Stage {
  readonly name: string;
  readonly config: Config;
  /** Configuration file, relative to the current directory. */
  readonly file: string;
  /** Prepares calls of AWS. Throws a `UsageError` if there are no credentials. */
  readonly aws: () => Promise<AwsAccess>;
  readonly readSecret: ReadSecret;
}

interface StageUse {
  /** Only the configuration is needed: the local stack doesn't have to run. */
  readonly offline?: boolean;
}

/** @throws {UsageError} if there is no such stage, or its configuration is wrong. */
export async function openStage(options: GlobalOptions, run: Run, use?: StageUse): Promise<Stage> {
  return loadStage(await findStage(options, run), options, run, use);
}

/** Configuration file of a stage. */
export interface StageFile {
  readonly name: string;
  readonly file: string;
}

/** @throws {UsageError} if the configuration is wrong, or the local stack is not running. */
export async function loadStage(
  { name, file }: StageFile,
  { region }: GlobalOptions,
  { folder }: Run,
  { offline = false }: StageUse = {},
): Promise<Stage> {
  const config = await readConfig(name, file).catch((error: unknown) => {
    throw new UsageError(messageOf(error), { cause: error });
  });
  if (name === 'local' && !offline) await takeLocalEnvironment(folder);
  const store = new SecretStore();
  let access: Promise<AwsAccess> | undefined;
  const aws = () => (access ??= prepareAws(region));
  return {
    name,
    config,
    file: relative(folder, file),
    aws,
    async readSecret(reference, maxAgeMs) {
      if (!reference.startsWith('env:')) await aws();
      return store.read(reference, maxAgeMs);
    },
  };
}

/**
 * Takes endpoints and secrets of the local stack from the file of `npm start`. They win over variables that are set: a
 * real cloud must not be taken for the local one.
 *
 * @throws {UsageError} if no local stack has been started.
 */
async function takeLocalEnvironment(folder: string): Promise<void> {
  const files = [...new Set([folder, ROOT])].map((each) => join(each, STACK_FILE));
  const file = files.find(existsSync);
  if (file === undefined)
    throw new UsageError('The local stack is not running: start it with "npm start", and leave it running.');
  try {
    Object.assign(process.env, v.parse(stackSchema, JSON.parse(await readFile(file, 'utf8'))).env);
  } catch (error) {
    throw new UsageError(`Unreadable ${file}: restart the local stack with "npm start".`, { cause: error });
  }
}

/** @throws {UsageError} if there is no such stage. */
export async function findStage({ stage, config }: GlobalOptions, { folder }: Run): Promise<StageFile> {
  const folders = [...new Set([folder, ROOT])].map((each) => join(each, 'config'));
  const fail = async (problem: string) =>
    new UsageError(`${problem}; there is a configuration for: ${await namesIn(folders)}`);
  if (stage === undefined) throw await fail('--stage NAME is missing');
  if (!NAME.test(stage)) throw await fail(`Invalid stage name "${stage}": use a-z, 0-9 and -`);
  if (config !== undefined) {
    const file = resolve(folder, config);
    if (!existsSync(file)) throw new UsageError(`There is no file ${config}`);
    return { name: stage, file };
  }
  const file = folders.map((each) => join(each, `${stage}.yml`)).find(existsSync);
  if (file === undefined) throw await fail(`There is no config/${stage}.yml`);
  return { name: stage, file };
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

/** Formats an account with its region. */
export function describeAccount({ config }: Stage, account: string): string {
  return `account ${account} (${config.accounts[account]?.region})`;
}

/**
 * Opens the clients of all accounts.
 *
 * @param needed accounts that will be called.
 * @throws {UsageError} if one of these has no usable credentials or endpoints.
 */
export async function openAccounts(stage: Stage, needed: readonly string[], log: Log): Promise<Accounts> {
  const { config, readSecret } = stage;
  const accounts = new Accounts(config.accounts, readSecret, log);
  for (const name of needed) {
    const reference = config.accounts[name]?.credentials;
    // An account that isn't configured fails at its first call.
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
