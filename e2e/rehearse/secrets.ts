import assert from 'node:assert/strict';
import * as v from 'valibot';
import { localSeed } from '../../local/huaweicloud/emulator.ts';
import type { AwsClient } from './aws-client.ts';
import { findResource } from './stack.ts';
import { readXml } from './xml.ts';

/** As in config/rehearsal.yml. */
const NAMES = {
  gitHub: 'swr-sync-cleanup/rehearsal/github',
  huaweiCloud: 'swr-sync-cleanup/rehearsal/huaweicloud',
};

const CREATED_SHAPE = v.object({ ARN: v.string() });

/** The ARNs of the two secrets. */
type SecretArns = Record<keyof typeof NAMES, string>;

export async function storeSecrets(aws: AwsClient, gitHubSecret: string): Promise<SecretArns> {
  const user = localSeed.users?.[0];
  assert.ok(user, 'the Huawei Cloud emulator starts without a user');
  const { domain, name, password } = user;
  return {
    gitHub: await storeSecret(aws, NAMES.gitHub, gitHubSecret),
    huaweiCloud: await storeSecret(aws, NAMES.huaweiCloud, JSON.stringify({ domain, user: name, password })),
  };
}

export async function deleteSecrets(aws: AwsClient): Promise<void> {
  for (const SecretId of Object.values(NAMES)) {
    await aws.callJson('secretsmanager', 'DeleteSecret', { SecretId, ForceDeleteWithoutRecovery: true });
  }
}

/** Asks IAM, for each function's role, which of the two secrets it may read: its own, and no other. */
export async function checkRoles(aws: AwsClient, stackName: string, secrets: SecretArns): Promise<void> {
  const decisions = {
    'receive, GitHub': await decide(aws, stackName, 'ReceiveRole', secrets.gitHub),
    'receive, Huawei Cloud': await decide(aws, stackName, 'ReceiveRole', secrets.huaweiCloud),
    'clean, GitHub': await decide(aws, stackName, 'CleanRole', secrets.gitHub),
    'clean, Huawei Cloud': await decide(aws, stackName, 'CleanRole', secrets.huaweiCloud),
    'sweep, GitHub': await decide(aws, stackName, 'SweepRole', secrets.gitHub),
    'sweep, Huawei Cloud': await decide(aws, stackName, 'SweepRole', secrets.huaweiCloud),
  };
  assert.deepEqual(decisions, {
    'receive, GitHub': 'allowed',
    'receive, Huawei Cloud': 'implicitDeny',
    'clean, GitHub': 'implicitDeny',
    'clean, Huawei Cloud': 'allowed',
    'sweep, GitHub': 'implicitDeny',
    'sweep, Huawei Cloud': 'allowed',
  });
}

async function storeSecret(aws: AwsClient, Name: string, SecretString: string): Promise<string> {
  const answer = await aws.callJson('secretsmanager', 'CreateSecret', { Name, SecretString });
  return v.parse(CREATED_SHAPE, answer).ARN;
}

async function decide(aws: AwsClient, stackName: string, role: string, secretArn: string): Promise<string> {
  const roleName = await findResource(aws, stackName, role);
  const account = secretArn.split(':')[4];
  const { status, body } = await aws.callQuery('iam', 'SimulatePrincipalPolicy', {
    PolicySourceArn: `arn:aws:iam::${account}:role/${roleName}`,
    'ActionNames.member.1': 'secretsmanager:GetSecretValue',
    'ResourceArns.member.1': secretArn,
  });
  const [decision] = readXml(body, 'EvalDecision');
  return decision ?? `no decision: ${status} ${body}`;
}
