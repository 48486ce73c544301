import { randomBytes } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import { inventRepository } from '../cli/send/sample-repository.ts';
import { type AwsOptions, prepareAws } from '../command-line/aws-access.ts';
import { ROOT, UsageError } from '../command-line/options.ts';
import { readConfig } from '../command-line/read-config.ts';
import { SecretStore } from '../lib/aws/secret-store.ts';
import type { Config } from '../lib/config/config.ts';
import { deadlineFrom } from '../lib/deadline.ts';
import { Accounts } from '../lib/huaweicloud/accounts.ts';
import { createLog } from '../lib/log.ts';
import { findRoute } from '../lib/routing/route.ts';
import { configuredSources } from '../lib/webhook/configured-source.ts';
import { localSeed, startEmulator } from '../local/huaweicloud/emulator.ts';

export type Demo = Awaited<ReturnType<typeof prepareDemo>>;

interface DemoOptions extends AwsOptions {
  /** `config/local.yml` and the emulator if missing. */
  readonly configFile?: string | undefined;
  /** A repository that doesn't exist if missing, where the accounts are real. */
  readonly repository?: string | undefined;
}

/**
 * Prepares the configuration of the local stack, and the deletion that it shows.
 *
 * @throws {Error} if the configuration is wrong, or {UsageError} if it has no route for a GitHub deletion.
 */
export async function prepareDemo({ configFile, repository, ...awsOptions }: DemoOptions) {
  const file = configFile === undefined ? join(ROOT, 'config/local.yml') : resolve(configFile);
  const stage = basename(file).replace(/\.ya?ml$/, '');
  const config = await readConfig(stage, file);
  const emulator = configFile === undefined ? await startEmulator({ seed: localSeed }) : undefined;
  const env =
    emulator === undefined
      ? process.env
      : {
          ...emulator.env,
          // From the environment, so that another command can sign with them.
          GITHUB_WEBHOOK_SECRET: process.env['GITHUB_WEBHOOK_SECRET'] ?? randomBytes(24).toString('hex'),
          STANDARD_WEBHOOKS_SECRET:
            process.env['STANDARD_WEBHOOKS_SECRET'] ?? `whsec_${randomBytes(32).toString('base64')}`,
        };
  // Before the functions start: they inherit it.
  if (emulator === undefined && hasStoredSecret(config)) await prepareAws(awsOptions);
  // This process resolves secret references too, for the signature and for the list of tasks.
  Object.assign(process.env, env);
  const store = new SecretStore();
  const read = (reference: string, maxAgeMs: number) => store.read(reference, maxAgeMs);
  const source = Object.keys(config.sources).find((name) => config.sources[name]?.type === 'github');
  const keys = await configuredSources(config, read)
    .get(source ?? '')
    ?.secret?.get();
  const [key] = keys ?? [];
  if (source === undefined || key === undefined)
    throw new UsageError(`${file} has no source of type github.`);
  const fullName =
    repository ?? (emulator === undefined ? inventRepository(config, source) : 'acme/hello-world');
  if (fullName === undefined) {
    throw new UsageError(
      `No route of ${source} fits a repository that surely doesn't exist: name one with --repository.`,
    );
  }
  const routing = findRoute(config.routes, source, fullName);
  if (!routing.matched)
    throw new UsageError(`The deletion of ${fullName} would be ignored: ${routing.reason}`);
  const [destination] = routing.destinations;
  if (destination === undefined) throw new UsageError(`The route of ${fullName} leads nowhere.`);
  const { account, ...image } = destination;
  const log = createLog({}, () => {});
  const accounts = new Accounts(config.accounts, read, log);
  return {
    stage,
    configFile: file,
    env,
    /** The accounts are real, and the ledger ends with this process: a deleted task couldn't be restored. */
    dryRun: emulator === undefined,
    /** The source's name, and the key that it signs with. */
    source,
    key,
    /** The repository whose deletion is sent, under its name at GitHub. */
    repository: fullName,
    /** Its image in SWR. */
    image,
    async countTasks(): Promise<number> {
      if (emulator !== undefined) return emulator.cloud.tasks(image.namespace, image.repository).length;
      const deadline = deadlineFrom(() => 15_000);
      const swr = accounts.clientOf(account ?? config.defaultAccount);
      return (await swr.listSyncTasks(image.namespace, image.repository, deadline)).length;
    },
    close: async () => emulator?.close(),
  };
}

/** True if a secret is in Secrets Manager or in Parameter Store. */
function hasStoredSecret({ accounts, sources }: Config): boolean {
  const references = [
    ...Object.values(accounts).map(({ credentials }) => credentials),
    ...Object.values(sources).flatMap(({ secret, api }) => [secret ?? [], api?.credentials ?? []].flat()),
  ];
  return references.some((reference) => !reference.startsWith('env:'));
}
