import { expect, test } from '@jest/globals';
import { describeNextSteps } from '../../scripts/next-steps.ts';
import { configOf } from '../support/config.ts';

const outputs = { WebhookUrl: 'https://api/webhooks', AlarmTopicArn: 'arn:aws:sns:eu-west-1:1:alarms' };
const api = (name: string) => ({
  url: 'https://forge.example',
  credentials: `secretsmanager:prod/${name}-api`,
});

const text = describeNextSteps(
  configOf({
    accounts: {
      main: { region: 'cn-north-4', credentials: 'secretsmanager:prod/huaweicloud' },
      other: { region: 'cn-north-4', credentials: 'ssm:/prod/other' },
    },
    sources: {
      github: { type: 'github', secret: 'secretsmanager:prod/github', api: api('github') },
      harbor: { type: 'harbor', secret: 'secretsmanager:prod/harbor', api: api('harbor') },
      events: {
        type: 'cloudevents',
        secret: 'secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:events-AbCdEf',
      },
      topic: { type: 'aws-sns', topics: ['arn:aws:sns:eu-west-1:1:deletions'] },
    },
  }),
  { stage: 'prod', region: 'eu-west-1', outputs },
);

test.each([
  ['a secret of Secrets Manager', 'secretsmanager create-secret --region eu-west-1 --name prod/huaweicloud'],
  ['a parameter', 'ssm put-parameter --region eu-west-1 --type SecureString --name /prod/other'],
  [
    'a secret that has an ARN',
    'secretsmanager put-secret-value --region eu-west-1 --secret-id arn:aws:secretsm',
  ],
  ['the form of a signing secret', 'echo "whsec_$(openssl rand -base64 32)" | aws'],
  ['the form of a fixed header', 'echo "Bearer $(openssl rand -hex 32)" | aws'],
  [
    'the credentials of the API of a forge',
    'Write an access token into the file secret.txt:\n     aws secretsm',
  ],
  ['the credentials of the API of a registry', 'Write USER:PASSWORD into the file secret.txt'],
  [
    'reading a webhook secret',
    'get-secret-value --region eu-west-1 --secret-id prod/github --query SecretString',
  ],
  ['the address of a source without a secret', 'topic: https://api/webhooks/topic'],
  [
    'the topic of the alarms',
    'aws sns subscribe --region eu-west-1 --topic-arn arn:aws:sns:eu-west-1:1:alarms',
  ],
])('the next steps contain %s', (_, part) => {
  expect(text).toContain(part);
});

test('the access key comes before the password', () => {
  expect(text.indexOf('"ak"')).toBeLessThan(text.indexOf('"password"'));
});

test('no command has a secret in it, and each has the region', () => {
  const commands = text.split('\n').filter((line) => / aws [a-z]+ /.test(` ${line.trim()}`));
  expect(commands.length).toBeGreaterThanOrEqual(10);
  for (const command of commands) {
    expect(command).toContain('--region eu-west-1');
    expect(command).not.toMatch(/--(?:secret-string|value) (?!file:\/\/)/);
  }
});

test('there is nothing to store for a topic', () => {
  expect(text).not.toMatch(/# .*source topic/);
});

test('secrets are stored under the key of the configuration, and parameters without a version', () => {
  const kmsKey = 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd';
  const account = (credentials: string) => ({ region: 'cn-north-4', credentials });
  const accounts = {
    main: account('secretsmanager:prod/huaweicloud'),
    labeled: account('ssm:/prod/labeled:blue'),
    named: account('ssm:arn:aws:ssm:eu-west-1:123456789012:parameter/prod/named:3'),
  };
  const steps = describeNextSteps(configOf({ accounts, sources: {}, kmsKey }), {
    stage: 'prod',
    region: 'eu-west-1',
    outputs,
  });
  expect(steps).toContain(`create-secret --region eu-west-1 --kms-key-id ${kmsKey} --name prod/huaweicloud `);
  expect(steps).toContain(`--type SecureString --key-id ${kmsKey} --name /prod/labeled --value`);
  expect(steps).toContain('--name /prod/named --value');
});
