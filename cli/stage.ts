import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import * as v from 'valibot';
import { type AwsAccess, prepareAws } from '../command-line/aws-access.ts';
import { messageOf, ROOT, stagesIn, UsageError } from '../command-line/options.ts';
import { readConfig } from '../command-line/read-config.ts';
import { SecretStore } from '../lib/aws/secret-store.ts';
import type { Config } from '../lib/config/config.ts';
import type { ReadSecret } from '../lib/stored-secret.ts';
import type { GlobalOptions, Run } from './run.ts';

const NAME = /^[a-z0-9][a-z0-9-]*$/i;
/** File in which `npm start` notes the endpoints and secrets of the local stack. */
const STACK_FILE = join('.local', 'stack.json');

const stackSchema = v.object({ env: v.record(v.string(), v.string()) });

/** Environment of the service, as the configuration and the options describe it. */
export interface Stage {
  readonly name: string;
  readonly config: Config;
  /** Configuration file, relative to the current directory. */
  readonly file: string;
  /** Prepares calls of AWS. Throws a `UsageError` if there is no region, or there are no credentials. */
  readonly aws: () => Promise<AwsAccess>;
  readonly readSecret: ReadSecret;
}

/**
 * Opens the stage that the options name.
 *
 * @throws {UsageError} if there is no such stage, or its configuration is wrong.
 */
export async function openStage(
  options: GlobalOptions,
  run: Run,
  use?: { offline: boolean },
): Promise<Stage> {
  return loadStage(findStage(options, run), options, run, use);
}

/** Configuration file of a stage. */
export interface StageFile {
  readonly name: string;
  readonly file: string;
}

/**
 * Loads the configuration of a stage.
 *
 * @param use.offline whether only the configuration is needed: the local stack doesn't have to run.
 * @throws {UsageError} if the configuration is wrong, or the local stack is not running.
 */
export async function loadStage(
  { name, file }: StageFile,
  options: GlobalOptions,
  { folder }: Run,
  use = { offline: false },
): Promise<Stage> {
  const config = await readConfig(name, file).catch((error: unknown) => {
    throw new UsageError(messageOf(error), { cause: error });
  });
  if (name === 'local' && !use.offline) await takeLocalEnvironment(folder);
  const store = new SecretStore();
  let access: Promise<AwsAccess> | undefined;
  // The local stack's own win, as its endpoints do.
  const aws = () => (access ??= prepareAws(name === 'local' ? {} : options));
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

/**
 * Finds the configuration file of the stage that the options name.
 *
 * @throws {UsageError} if there is no such stage.
 */
export function findStage({ stage, config }: GlobalOptions, { folder }: Run): StageFile {
  const folders = [...new Set([folder, ROOT])].map((each) => join(each, 'config'));
  const known = stagesIn(...folders).join(', ') || 'none';
  const fail = (problem: string) => new UsageError(`${problem}; there is a configuration for: ${known}`);
  if (stage === undefined) throw fail('--stage NAME is missing');
  if (!NAME.test(stage)) throw fail(`Invalid stage name "${stage}": use a-z, 0-9 and -`);
  if (config !== undefined) {
    const file = resolve(folder, config);
    if (!existsSync(file)) throw new UsageError(`There is no file ${config}`);
    return { name: stage, file };
  }
  const file = folders.map((each) => join(each, `${stage}.yml`)).find(existsSync);
  if (file === undefined) throw fail(`There is no config/${stage}.yml`);
  return { name: stage, file };
}

/**
 * Account that the options name; the default account without one.
 *
 * @throws {UsageError} if the configuration has no such account.
 */
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
