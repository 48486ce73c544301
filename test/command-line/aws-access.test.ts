import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type AwsOptions, prepareAws } from '../../command-line/aws-access.ts';
import { UsageError } from '../../command-line/options.ts';
import { caught } from '../support/caught.ts';
import { replaceEnvironment } from '../support/environment.ts';
import { type Answering, respond, useServer } from '../support/loopback-server.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDENVIRONMENT', AWS_SECRET_ACCESS_KEY: 'environment-secret' };
const CREDENTIALS = `
[default]
aws_access_key_id = AKIDDEFAULT
aws_secret_access_key = default-secret
[work]
aws_access_key_id = AKIDWORK
aws_secret_access_key = work-secret
aws_session_token = work-token
`;
const CONFIG = `
[default]
region = eu-north-1
[profile work]
region = ap-east-1
[profile bare]
region = sa-east-1
`;

let home: string;
let restore: () => void;
/** Answers of SSO and of STS. */
let answer: Answering;
const server = useServer((response, request) => answer(response, request));
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'aws-'));
  restore = replaceEnvironment({
    HOME: home,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: server.url,
  });
});
afterEach(async () => {
  restore();
  await rm(home, { recursive: true });
});

/** Writes the files of the AWS command line, and prepares. */
async function prepare(
  options: AwsOptions,
  variables: NodeJS.ProcessEnv = {},
  { config = CONFIG, credentials = CREDENTIALS } = {},
) {
  await mkdir(join(home, '.aws/sso/cache'), { recursive: true });
  await writeFile(join(home, '.aws/config'), config);
  await writeFile(join(home, '.aws/credentials'), credentials);
  Object.assign(process.env, variables);
  return prepareAws(options);
}

describe('the region is', () => {
  test.each<[region: string, why: string, options: AwsOptions, variables: NodeJS.ProcessEnv]>([
    [
      'eu-west-1',
      'that of the option',
      { region: 'eu-west-1' },
      { AWS_REGION: 'us-east-1', AWS_PROFILE: 'work' },
    ],
    ['us-east-1', 'AWS_REGION then', {}, { AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-west-1' }],
    ['us-west-1', 'AWS_DEFAULT_REGION then', {}, { AWS_REGION: '', AWS_DEFAULT_REGION: 'us-west-1' }],
    ['ap-east-1', "the profile's then", {}, { AWS_PROFILE: 'work' }],
    ['ap-east-1', 'that of the profile of the option', { profile: 'work' }, { AWS_PROFILE: 'bare' }],
    ['ap-east-1', "the profile's, beside access keys", {}, { ...KEYS, AWS_PROFILE: 'work' }],
    ['eu-north-1', 'that of the default profile without another', {}, {}],
  ])('%s: %s', async (region, _, options, variables) => {
    await expect(prepare(options, variables)).resolves.toMatchObject({ region });
    expect(process.env['AWS_REGION']).toBe(region);
  });

  test('required: in a wrong one, a stage would be deployed a second time', async () => {
    const failed = prepare({}, KEYS, { config: '[profile work]\nregion = eu-west-1\n' });
    await expect(failed).rejects.toThrow(
      new UsageError(
        'No AWS region: give --region REGION, set AWS_REGION, or run "aws configure set region REGION".',
      ),
    );
  });

  test('configured for the profile by the command in the error', async () => {
    const failed = prepare({ profile: 'work' }, {}, { config: '' });
    await expect(failed).rejects.toThrow('"aws configure set region REGION --profile work"');
  });
});

describe('the credentials are', () => {
  const found = () => {
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = process.env;
    return { id, secret, token };
  };
  const ENVIRONMENT = { id: 'AKIDENVIRONMENT', secret: 'environment-secret', token: undefined };
  const WORK = { id: 'AKIDWORK', secret: 'work-secret', token: 'work-token' };
  const DEFAULT = { id: 'AKIDDEFAULT', secret: 'default-secret', token: undefined };

  test.each<[why: string, options: AwsOptions, variables: NodeJS.ProcessEnv, from: string, keys: object]>([
    ['those of the named profile', { profile: 'work' }, KEYS, 'profile work', WORK],
    [
      'an access key of the environment then',
      {},
      { ...KEYS, AWS_PROFILE: 'work' },
      'the environment',
      ENVIRONMENT,
    ],
    [
      'without an empty session token',
      {},
      { ...KEYS, AWS_SESSION_TOKEN: '' },
      'the environment',
      ENVIRONMENT,
    ],
    ['those of AWS_PROFILE then', {}, { AWS_PROFILE: 'work' }, 'profile work', WORK],
    ['those of AWS_DEFAULT_PROFILE then', {}, { AWS_DEFAULT_PROFILE: 'work' }, 'profile work', WORK],
    ['those of the default profile then', {}, {}, 'profile default', DEFAULT],
    ["without another's session token", {}, { AWS_SESSION_TOKEN: 'stale' }, 'profile default', DEFAULT],
  ])('%s', async (_, options, variables, from, keys) => {
    await expect(prepare(options, variables)).resolves.toMatchObject({ from });
    expect(found()).toEqual(keys);
    // What a child process would prefer to them.
    expect(process.env).not.toHaveProperty('AWS_PROFILE');
    expect(process.env).not.toHaveProperty('AWS_DEFAULT_PROFILE');
  });

  test("the container's, where a profile has only a region", async () => {
    answer = (response) =>
      respond(response, 200, {
        AccessKeyId: 'AKIDTASK',
        SecretAccessKey: 's',
        Token: 't',
        Expiration: '2999-01-01T00:00:00Z',
      });
    const variables = { AWS_CONTAINER_CREDENTIALS_FULL_URI: server.url };
    const prepared = await prepare({ profile: 'bare' }, variables);
    expect([prepared, found()]).toEqual([
      { region: 'sa-east-1', from: 'the container or instance' },
      { id: 'AKIDTASK', secret: 's', token: 't' },
    ]);
  });

  test('required', async () => {
    const error = await caught(prepare({ region: 'eu-west-1' }, {}, { config: '', credentials: '' }));
    expect(error).toEqual(
      new UsageError(
        'No AWS credentials: tried AWS_ACCESS_KEY_ID, the profile default, and the container or instance. ' +
          'Give --profile NAME or set AWS_PROFILE; "aws configure sso" creates a profile.',
      ),
    );
  });

  test('never those of another profile than the named one', async () => {
    await expect(prepare({}, { AWS_PROFILE: 'wrok' })).rejects.toThrow(/^There is no AWS profile "wrok":/);
  });

  test('no half of an access key', async () => {
    await expect(prepare({}, { AWS_ACCESS_KEY_ID: 'AKIDHALF' })).rejects.toThrow(
      /set AWS_SECRET_ACCESS_KEY as well, or unset AWS_ACCESS_KEY_ID\.$/,
    );
  });
});

describe('single sign-on', () => {
  const config = `
[profile sso]
region = eu-west-1
sso_session = acme
sso_account_id = 123456789012
sso_role_name = admin
[profile admin]
role_arn = arn:aws:iam::123456789012:role/admin
source_profile = sso
region = eu-west-1
[sso-session acme]
sso_start_url = https://acme.awsapps.com/start
sso_region = eu-west-1
`;
  const writeToken = async (expiresAt: string) => {
    const file = `${createHash('sha1').update('acme').digest('hex')}.json`;
    await mkdir(join(home, '.aws/sso/cache'), { recursive: true });
    await writeFile(
      join(home, '.aws/sso/cache', file),
      JSON.stringify({ accessToken: 'sso-token', expiresAt }),
    );
  };

  test('gives the credentials of a role', async () => {
    await writeToken('2999-01-01T00:00:00Z');
    const roleCredentials = {
      accessKeyId: 'AKIDSSO',
      secretAccessKey: 's',
      sessionToken: 't',
      expiration: 4e12,
    };
    answer = (response) => respond(response, 200, { roleCredentials });
    await expect(prepare({ profile: 'sso' }, {}, { config })).resolves.toMatchObject({ from: 'profile sso' });
    expect(process.env['AWS_ACCESS_KEY_ID']).toBe('AKIDSSO');
  });

  test.each([
    { why: 'has expired', expiresAt: '2020-01-01T00:00:00Z', profile: 'sso' },
    { why: 'is missing', expiresAt: undefined, profile: 'sso' },
    { why: 'of the source profile has expired', expiresAt: '2020-01-01T00:00:00Z', profile: 'admin' },
    { why: 'was revoked', expiresAt: '2999-01-01T00:00:00Z', profile: 'sso' },
  ])('names the command that logs in where its session $why', async ({ expiresAt, profile }) => {
    if (expiresAt !== undefined) await writeToken(expiresAt);
    answer = (response) =>
      respond(response, 401, { message: 'not found' }, { 'x-amzn-errortype': 'UnauthorizedException' });
    const error = await caught(prepare({ profile }, {}, { config }));
    expect(error).toEqual(
      new UsageError(
        `No AWS credentials from profile ${profile}: its session is missing or has expired. ` +
          'Run "aws sso login --profile sso", and repeat the command.',
      ),
    );
  });
});

describe('an error shows no secret', () => {
  test('that STS repeats', async () => {
    const config = `
[profile admin]
role_arn = arn:aws:iam::123456789012:role/admin
source_profile = work
region = eu-west-1
`;
    const repeated =
      'work-token was not for AKIDWORK\nThe Canonical String should have been x-amz-security-token:work-token';
    answer = (response) => {
      const xml = `<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>${repeated}</Message></Error></ErrorResponse>`;
      response.writeHead(403, { 'Content-Type': 'text/xml' }).end(xml);
    };
    const error = await caught(prepare({ profile: 'admin' }, {}, { config }));
    expect(error).toEqual(
      new UsageError(
        'No AWS credentials from profile admin: *** was not for ***. Check it with "aws sts get-caller-identity --profile admin".',
      ),
    );
  });

  test('of a program, or among its arguments', async () => {
    const config =
      "[profile program]\ncredential_process = sh -c 'echo leaked >&2; exit 1' --password hunter2\nregion = eu-west-1\n";
    const error = await caught(prepare({ profile: 'program' }, {}, { config }));
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain('No AWS credentials from profile program: Command failed: ***.');
    expect(String(error)).not.toMatch(/hunter2|leaked/);
  });

  test('but says that a device is needed, without a terminal to ask on', async () => {
    const config = `
[profile mfa]
role_arn = arn:aws:iam::123456789012:role/admin
mfa_serial = arn:aws:iam::123456789012:mfa/me
source_profile = work
region = eu-west-1
`;
    await expect(prepare({ profile: 'mfa' }, {}, { config })).rejects.toThrow(
      'the MFA device arn:aws:iam::123456789012:mfa/me is needed, and there is no terminal to ask on',
    );
  });
});
