import assert from 'node:assert/strict';
import * as v from 'valibot';
import { callJson, callQuery, readXml } from './aws.ts';
import { findResource } from './stack.ts';

/** As in config/rehearsal.yml. */
const NAMES = {
  gitHub: 'swr-sync-cleanup/rehearsal/github',
  huaweiCloud: 'swr-sync-cleanup/rehearsal/huaweicloud',
};

/** The ARNs of the two secrets. */
type SecretArns = Record<keyof typeof NAMES, string>;

export async function storeSecrets(gitHubSecret: string, credentials: string): Promise<SecretArns> {
  return {
    gitHub: await storeSecret(NAMES.gitHub, gitHubSecret),
    huaweiCloud: await storeSecret(NAMES.huaweiCloud, credentials),
  };
}

export async function deleteSecrets(): Promise<void> {
  for (const SecretId of Object.values(NAMES)) {
    const input = { SecretId, ForceDeleteWithoutRecovery: true };
    await callJson('secretsmanager', 'DeleteSecret', input, v.unknown());
  }
}

/** Checks with IAM that each function's role may read its own secret, and not the other one. */
export async function checkRoles(stackName: string, { gitHub, huaweiCloud }: SecretArns): Promise<void> {
  for (const [role, expected] of [
    ['ReceiveRole', { gitHub: 'allowed', huaweiCloud: 'implicitDeny' }],
    ['CleanRole', { gitHub: 'implicitDeny', huaweiCloud: 'allowed' }],
    ['SweepRole', { gitHub: 'implicitDeny', huaweiCloud: 'allowed' }],
  ] as const) {
    const decisions = {
      gitHub: await decide(stackName, role, gitHub),
      huaweiCloud: await decide(stackName, role, huaweiCloud),
    };
    assert.deepEqual(decisions, expected, role);
  }
}

async function storeSecret(Name: string, SecretString: string): Promise<string> {
  const answerSchema = v.object({ ARN: v.string() });
  return (await callJson('secretsmanager', 'CreateSecret', { Name, SecretString }, answerSchema)).ARN;
}

async function decide(stackName: string, role: string, secretArn: string): Promise<string> {
  const roleName = await findResource(stackName, role);
  const account = secretArn.split(':')[4];
  const { status, body } = await callQuery('iam', 'SimulatePrincipalPolicy', {
    PolicySourceArn: `arn:aws:iam::${account}:role/${roleName}`,
    'ActionNames.member.1': 'secretsmanager:GetSecretValue',
    'ResourceArns.member.1': secretArn,
  });
  const [decision] = readXml(body, 'EvalDecision');
  return decision ?? `no decision: ${status} ${body}`;
}
