import { createInterface } from 'node:readline/promises';
import { messageOf, UsageError } from './options.ts';

/** Options of every command that calls AWS, as the AWS command line has them. */
export interface AwsOptions {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
}

export interface AwsAccess {
  readonly region: string;
  /** Origin of the credentials. */
  readonly from: string;
}

type Profiles = Readonly<Record<string, Readonly<Record<string, string | undefined>> | undefined>>;

/** Settings that make a profile a source of credentials. */
const CREDENTIAL_SETTINGS =
  /^(?:aws_access_key_id|role_arn|web_identity_token_file|sso_.*|login_session|credential_process)$/;
/** Settings and variables that hold a secret; a `credential_process` may have one among its arguments. */
const SECRET_SETTINGS = /^(?:aws_(?:access_key_id|secret_access_key|session_token)|credential_process)$/i;

/**
 * Resolves region and credentials as the AWS command line does, and puts them into the environment, where `lib` and
 * every child process read them. Profiles are resolved here, so that no child can resolve another one.
 *
 * Region: the option, `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's. There is no default: in a wrong region, a stage
 * would be deployed a second time.
 * Credentials: the profile of the option, access keys of the environment, the profile of `AWS_PROFILE` or `default`,
 * and then those of the container or the instance.
 *
 * @throws {UsageError} if there is no region, or there are no credentials, with the next step.
 */
export async function prepareAws(options: AwsOptions): Promise<AwsAccess> {
  const { env } = process;
  const named = options.profile || env['AWS_PROFILE'] || env['AWS_DEFAULT_PROFILE'];
  const hasKeys = !options.profile && hasAccessKey();
  const given = options.region || env['AWS_REGION'] || env['AWS_DEFAULT_REGION'];
  // Reading profiles loads more code than all the rest, so only those who need them wait for it.
  const profiles: Profiles = given && hasKeys ? {} : await readProfiles();
  const profile = named ?? 'default';
  if (named !== undefined && !hasKeys && profiles[named] === undefined)
    throw new UsageError(unknownProfile(named));
  const region = given || profiles[profile]?.['region'];
  if (!region) throw new UsageError(noRegion(named));
  // Clients that resolve credentials read it as well.
  env['AWS_REGION'] = region;
  const from = hasKeys ? 'the environment' : await takeCredentials(profile, profiles);
  if (!env['AWS_SESSION_TOKEN']) delete env['AWS_SESSION_TOKEN'];
  delete env['AWS_PROFILE'];
  delete env['AWS_DEFAULT_PROFILE'];
  return { region, from };
}

/** @throws {UsageError} if the environment has half of an access key. */
function hasAccessKey(): boolean {
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  const missing = names.filter((name) => !process.env[name]);
  if (missing.length === 1)
    throw new UsageError(
      `Half an AWS access key in the environment: set ${missing.join()} as well, or unset ${names.find((name) => !missing.includes(name))}.`,
    );
  return missing.length === 0;
}

async function readProfiles(): Promise<Profiles> {
  const { parseKnownFiles } = await import('@smithy/core/config');
  return parseKnownFiles({});
}

/** @returns the origin of the credentials. */
async function takeCredentials(profile: string, profiles: Profiles): Promise<string> {
  const { env } = process;
  const { fromIni } = await import('@aws-sdk/credential-provider-ini');
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  const isSource = Object.keys(profiles[profile] ?? {}).some((key) => CREDENTIAL_SETTINGS.test(key));
  const chain = isSource ? fromIni : defaultProvider;
  try {
    const { accessKeyId, secretAccessKey, sessionToken } = await chain({
      profile,
      mfaCodeProvider: askMfaCode,
    })();
    env['AWS_ACCESS_KEY_ID'] = accessKeyId;
    env['AWS_SECRET_ACCESS_KEY'] = secretAccessKey;
    // A token that is set belongs to other credentials.
    env['AWS_SESSION_TOKEN'] = sessionToken ?? '';
    return isSource ? `profile ${profile}` : 'the container or instance';
  } catch (error) {
    throw new UsageError(isSource ? explain(error, profile, profiles) : noCredentials(profile), {
      cause: error,
    });
  }
}

async function askMfaCode(serial: string): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) throw new Error(`the MFA device ${serial} is needed, and there is no terminal to ask on`);
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    return await terminal.question(`Code of the MFA device ${serial}: `);
  } finally {
    terminal.close();
  }
}

function unknownProfile(name: string): string {
  return `There is no AWS profile "${name}": "aws configure list-profiles" lists them, "aws configure sso" creates one.`;
}

function noRegion(profile: string | undefined): string {
  const configure = `aws configure set region REGION${profile === undefined ? '' : ` --profile ${profile}`}`;
  return `No AWS region: give --region REGION, set AWS_REGION, or run "${configure}".`;
}

function noCredentials(profile: string): string {
  return (
    `No AWS credentials: tried AWS_ACCESS_KEY_ID, the profile ${profile}, and the container or instance. ` +
    'Give --profile NAME or set AWS_PROFILE; "aws configure sso" creates a profile.'
  );
}

/** Explains why a profile has no credentials, without a secret: services and programs repeat what they were given. */
function explain(error: unknown, profile: string, profiles: Profiles): string {
  const failed = `No AWS credentials from profile ${profile}:`;
  const said = messageOf(error);
  // Of the SDK, or of the SSO service about a token that it has revoked.
  const [, login] =
    /\baws ((?:sso )?login)\b/.exec(said.replace(/^UnauthorizedException/, 'aws sso login')) ?? [];
  if (login !== undefined)
    return `${failed} its session is missing or has expired. Run "aws ${login} --profile ${sessionOf(profile, profiles)}", and repeat the command.`;
  const secrets = [...Object.values(profiles), process.env].flatMap((settings = {}) =>
    Object.entries(settings).flatMap(([name, value]) => (SECRET_SETTINGS.test(name) && value ? [value] : [])),
  );
  const [reason = ''] = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), said).split('\n');
  return `${failed} ${reason.replace(/\.$/, '')}. Check it with "aws sts get-caller-identity --profile ${profile}".`;
}

/** Profile with the session that a profile builds on: itself, or the last of its source profiles. */
function sessionOf(profile: string, profiles: Profiles, seen: readonly string[] = []): string {
  const source = profiles[profile]?.['source_profile'];
  if (source === undefined || seen.includes(source)) return profile;
  return sessionOf(source, profiles, [...seen, profile]);
}
