import { messageOf, UsageError } from '../command-line/options.ts';

/** Where `npm run deploy` puts a stage if nothing else is said; see serverless.yml. */
const DEFAULT_REGION = 'eu-central-1';

let ready: Promise<AwsAccess> | undefined;

export interface AwsAccess {
  readonly region: string;
  /** Where the credentials are from. */
  readonly from: 'the environment' | 'the profile';
}

/**
 * Sees to it that AWS can be called: `lib` finds the region and the credentials in the environment.
 *
 * @param region wins over the environment's.
 * @throws {UsageError} if there are no credentials.
 */
export function requireAws(region: string | undefined): Promise<AwsAccess> {
  ready ??= prepare(region);
  return ready;
}

async function prepare(chosen: string | undefined): Promise<AwsAccess> {
  const { env } = process;
  const region = chosen ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? DEFAULT_REGION;
  env['AWS_REGION'] = region;
  if (env['AWS_ACCESS_KEY_ID']) return { region, from: 'the environment' };
  // Profiles, single sign-on and the like take much more than all the rest; only who needs them pays for them.
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  try {
    const { accessKeyId, secretAccessKey, sessionToken } = await defaultProvider()();
    env['AWS_ACCESS_KEY_ID'] = accessKeyId;
    env['AWS_SECRET_ACCESS_KEY'] = secretAccessKey;
    // One that is set belongs to other credentials.
    if (sessionToken === undefined) delete env['AWS_SESSION_TOKEN'];
    else env['AWS_SESSION_TOKEN'] = sessionToken;
    return { region, from: 'the profile' };
  } catch (error) {
    throw new UsageError(
      `There are no AWS credentials (${messageOf(error)}): set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`,
      { cause: error },
    );
  }
}
