import type { Config } from '../lib/config/config.ts';
import { parseSecretReference } from '../lib/secret-reference.ts';
import type { SourceType } from '../lib/sources/index.ts';

const ANY_TEXT = 'openssl rand -hex 32';
const SIGNING_SECRET = 'echo "whsec_$(openssl rand -base64 32)"';
const HEADER = 'echo "X-Registry-Proof: $(openssl rand -hex 32)"';

/** Command that prints a new secret in the form of its source; topics have none. */
const WEBHOOK_SECRETS: Readonly<Record<SourceType, string | undefined>> = {
  acr: HEADER,
  'aws-sns': undefined,
  bitbucket: ANY_TEXT,
  cloudevents: SIGNING_SECRET,
  distribution: HEADER,
  gitea: ANY_TEXT,
  github: ANY_TEXT,
  gitlab: ANY_TEXT,
  harbor: 'echo "Bearer $(openssl rand -hex 32)"',
  'huawei-smn': undefined,
  'standard-webhooks': SIGNING_SECRET,
};
/** Types whose API takes a user's password. The others take a token. */
const REGISTRIES: ReadonlySet<SourceType> = new Set(['acr', 'distribution', 'harbor']);

interface Deployed {
  readonly stage: string;
  readonly region: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Describes what a person does after a deployment, with commands to copy. */
export function describeNextSteps(
  { accounts, sources, kmsKey }: Config,
  { stage, region, outputs }: Deployed,
): string {
  const { WebhookUrl = 'WebhookUrl', AlarmTopicArn = 'AlarmTopicArn' } = outputs;
  const senders = Object.entries(sources);
  // By reference: several accounts or sources may share one.
  const secrets = new Map<string, string>();
  for (const [name, { credentials }] of Object.entries(accounts)) {
    secrets.set(
      credentials,
      `# Credentials of account ${name}. Write an access key into the file secret.json:
#   {"ak":"ACCESS_KEY","sk":"SECRET_KEY"}
# or, without an access key, a password:
#   {"domain":"ACCOUNT_NAME","user":"USER","password":"PASSWORD"}
${store(credentials, 'secret.json', region, kmsKey)}`,
    );
  }
  for (const [name, { type, secret, api }] of senders) {
    const make = WEBHOOK_SECRETS[type];
    if (secret !== undefined && make !== undefined) {
      secrets.set(
        secret,
        `# Webhook secret of source ${name}: make and store it, then read it for the settings of the sender
${make} | ${store(secret, '/dev/stdin', region, kmsKey)}
${readBack(secret, region)}`,
      );
    }
    if (api !== undefined) {
      const form = REGISTRIES.has(type) ? 'USER:PASSWORD' : 'an access token';
      secrets.set(
        api.credentials,
        `# Credentials for the API of source ${name}. Write ${form} into the file secret.txt:
${store(api.credentials, 'secret.txt', region, kmsKey)}`,
      );
    }
  }
  const subscribe = `aws sns subscribe --region ${region} --topic-arn ${AlarmTopicArn} --protocol email`;
  return `
What to do next:

1. Store the secrets that are missing. Without its secret a source answers 503, and the requests of an account are
   dead-lettered. Delete the files afterwards.

${indent([...secrets.values()].join('\n\n'))}

2. Let the alarms reach you:

${indent(`${subscribe} --notification-endpoint you@example.com`)}

3. Give each sender its address, and its secret if it has one:

${indent(senders.map(([name]) => `${name}: ${WebhookUrl}/${name}`).join('\n'))}

4. Check the stage:

${indent(`npx swr-sync doctor --stage ${stage} --region ${region}    # in this clone`)}`;
}

/** Command that stores a file as a secret: a secret on a command line would be seen by others, and kept in its history. */
function store(reference: string, file: string, region: string, kmsKey: string | undefined): string {
  const { store: kind, name } = parseSecretReference(reference);
  const value = `file://${file}`;
  if (kind === 'env')
    return `# ${reference}: a deployed function has no such variable. Use secretsmanager: or ssm: instead.`;
  if (kind === 'ssm') {
    // Without an ARN and a version.
    const parameter = name.replace(/^arn:.*:parameter(?=\/)/, '').replace(/:.*$/, '');
    const key = kmsKey === undefined ? '' : ` --key-id ${kmsKey}`;
    return `aws ssm put-parameter --region ${region} --type SecureString${key} --name ${parameter} --value ${value}`;
  }
  const key = kmsKey === undefined ? '' : ` --kms-key-id ${kmsKey}`;
  // Only a secret that exists has an ARN.
  return name.startsWith('arn:')
    ? `aws secretsmanager put-secret-value --region ${region} --secret-id ${name} --secret-string ${value}`
    : `aws secretsmanager create-secret --region ${region}${key} --name ${name} --secret-string ${value}`;
}

function readBack(reference: string, region: string): string {
  const { store: kind, name } = parseSecretReference(reference);
  return kind === 'ssm'
    ? `aws ssm get-parameter --region ${region} --name ${name} --with-decryption --query Parameter.Value --output text`
    : `aws secretsmanager get-secret-value --region ${region} --secret-id ${name} --query SecretString --output text`;
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '     ');
}
