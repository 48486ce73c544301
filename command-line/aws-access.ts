import { messageOf, UsageError } from './options.ts';

/** Region where `npm run deploy` puts a stage by default; see serverless.yml. */
const DEFAULT_REGION = 'eu-central-1';

/** Region and origin of the credentials that calls of AWS use. */
export interface AwsAccess {
  readonly region: string;
  /** Origin of the credentials. */
  readonly from: 'the environment' | 'the profile';
}

/**
 * Puts region and credentials into the environment, where `lib` reads them.
 *
 * @param chosen region that wins over the environment's.
 * @throws {UsageError} if there are no credentials.
 */
export async function prepareAws(chosen: string | undefined): Promise<AwsAccess> {
  const { env } = process;
  const region = chosen ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? DEFAULT_REGION;
  env['AWS_REGION'] = region;
  if (env['AWS_ACCESS_KEY_ID']) return { region, from: 'the environment' };
  // Profiles and single sign-on load more code than all the rest, so only those who need them wait for it.
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  try {
    const { accessKeyId, secretAccessKey, sessionToken } = await defaultProvider()();
    env['AWS_ACCESS_KEY_ID'] = accessKeyId;
    env['AWS_SECRET_ACCESS_KEY'] = secretAccessKey;
    // A token that is set belongs to other credentials.
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
