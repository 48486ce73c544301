import { UsageError } from '../../command-line/options.ts';
import { failureOf } from '../../lib/failure.ts';
import { parseCredentials } from '../../lib/huaweicloud/credentials.ts';
import { StoredSecret } from '../../lib/stored-secret.ts';
import { configuredSources } from '../../lib/webhook/configured-source.ts';
import type { Stage } from '../stage.ts';
import { type Check, check } from './check.ts';

/** Checks that every secret of a configuration exists and has the right form. Shows none. */
export function checkSecrets({ config, readSecret }: Stage): Promise<Check>[] {
  const accounts = Object.entries(config.accounts).map(([name, { credentials }]) => {
    const owner = { of: `account ${name}` };
    const secret = new StoredSecret(credentials, readSecret, parseCredentials, owner);
    return read(`secret of account ${name}`, secret, true);
  });
  const sources = [...configuredSources(config, readSecret)].flatMap(([name, { secret }]) =>
    secret === undefined ? [] : [read(`secret of source ${name}`, secret, false)],
  );
  const apis = Object.entries(config.sources).flatMap(([name, { api }]) => {
    if (api === undefined) return [];
    const owner = { of: `the API of source ${name}` };
    const secret = new StoredSecret(api.credentials, readSecret, (text) => text, owner);
    return [read(`API secret of source ${name}`, secret, false)];
  });
  return [...accounts, ...sources, ...apis];
}

/** @param isOurs whether the CLI needs it, and not only the functions. */
function read(name: string, secret: StoredSecret<unknown>, isOurs: boolean): Promise<Check> {
  return check(
    name,
    async () => {
      await secret.get();
      return { message: secret.reference };
    },
    (error) => explainSecret(error, isOurs),
  );
}

function explainSecret(error: unknown, isOurs: boolean) {
  // Without AWS credentials; the check `AWS` says so.
  if (error instanceof UsageError) return { state: 'not checked' } as const;
  const { message } = failureOf(error);
  if (/AccessDenied/.test(message)) {
    return isOurs
      ? {
          hint: 'Your AWS identity may not read it: allow it secretsmanager:GetSecretValue or ssm:GetParameter.',
        }
      : ({
          state: 'warning',
          hint: 'Your AWS identity may not read it, so the CLI can not check it.',
        } as const);
  }
  if (/ResourceNotFound|ParameterNotFound/.test(message))
    return {
      hint: 'There is no such secret in this account and region: create it. See docs/deployment.md.',
    };
  return { hint: 'Store it again in the form that docs/configuration.md describes.' };
}
