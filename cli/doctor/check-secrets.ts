import { UsageError } from '../../command-line/options.ts';
import { failureOf } from '../../lib/failure.ts';
import { parseCredentials } from '../../lib/huaweicloud/credentials.ts';
import { StoredSecret } from '../../lib/stored-secret.ts';
import { configuredSources } from '../../lib/webhook/configured-source.ts';
import type { Stage } from '../stage.ts';
import { type Check, check } from './check.ts';

/** Checks that every secret of a configuration exists and has the right form. Shows none. */
export function checkStageSecrets({ config, readSecret }: Stage): Promise<Check>[] {
  const accounts = Object.entries(config.accounts).map(([name, { credentials }]) => {
    const secret = new StoredSecret(credentials, readSecret, parseCredentials, { of: `account ${name}` });
    return checkSecret(`secret of account ${name}`, secret, 'failed');
  });
  // The CLI needs no secret of a source.
  const sources = [...configuredSources(config, readSecret)].flatMap(([name, { secret }]) =>
    secret === undefined ? [] : [checkSecret(`secret of source ${name}`, secret, 'warning')],
  );
  const apis = Object.entries(config.sources).flatMap(([name, { api }]) => {
    if (api === undefined) return [];
    const owner = { of: `the API of source ${name}` };
    const secret = new StoredSecret(api.credentials, readSecret, (text) => text, owner);
    return [checkSecret(`API secret of source ${name}`, secret, 'warning')];
  });
  return [...accounts, ...sources, ...apis];
}

/** @param denied state where the AWS identity may not read the secret. */
function checkSecret(
  name: string,
  secret: StoredSecret<unknown>,
  denied: 'failed' | 'warning',
): Promise<Check> {
  const read = async () => {
    await secret.get();
    return { message: secret.reference };
  };
  return check(name, read, (error) => {
    // Without AWS credentials; the check `AWS` says so.
    if (error instanceof UsageError) return { state: 'not checked' };
    const { message } = failureOf(error);
    if (/AccessDenied/.test(message)) {
      const next =
        denied === 'failed'
          ? ': allow it secretsmanager:GetSecretValue or ssm:GetParameter.'
          : ', so the CLI can not check it.';
      return { state: denied, hint: `Your AWS identity may not read it${next}` };
    }
    if (/ResourceNotFound|ParameterNotFound/.test(message))
      return {
        hint: 'There is no such secret in this account and region: create it. See docs/deployment.md.',
      };
    return { hint: 'Store it again in the form that docs/configuration.md describes.' };
  });
}
