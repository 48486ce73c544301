import { UsageError } from '../../command-line/options.ts';
import { SecretStore } from '../../lib/aws/secret-store.ts';
import type { Config } from '../../lib/config/config.ts';
import { ServiceError } from '../../lib/failure.ts';
import { configuredSources } from '../../lib/webhook/configured-source.ts';

/**
 * The key that samples of a source are proved with: of several, the first, which is the newest.
 *
 * @param chosen a reference in place of the configured one.
 * @throws {Error} if it can't be read or is of no use, with a message that doesn't show it.
 */
export async function readKey(
  config: Config,
  name: string,
  chosen: string | undefined,
): Promise<{ readonly reference: string; readonly key: Buffer }> {
  const configured = config.sources[name];
  const secret = chosen ?? configured?.secret;
  if (configured === undefined || secret === undefined) throw new UsageError(`${name} has no secret`);
  const store = new SecretStore();
  const sources = { [name]: { ...configured, secret } };
  const keyed = configuredSources({ ...config, sources }, (reference, maxAgeMs) =>
    store.read(reference, maxAgeMs),
  );
  try {
    const [key] = (await keyed.get(name)?.secret?.get()) ?? [];
    if (key !== undefined) return { reference: secret, key };
  } catch (error) {
    if (!(error instanceof ServiceError) || secret.startsWith('env:')) throw error;
    const hint = 'AWS_REGION and the credentials in the environment have to be those of the stage.';
    throw new Error(`${error.message}\n${hint}`, { cause: error });
  }
  throw new UsageError(`${secret} holds no secret`);
}
