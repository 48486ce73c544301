import assert from 'node:assert/strict';
import * as v from 'valibot';
import { callJson, callQuery, readXml } from './aws.ts';
import { findResource } from './stack.ts';

/** As in config/rehearsal.yml. */
const GITHUB = 'swr-sync-cleanup/rehearsal/github';
const HUAWEICLOUD = 'swr-sync-cleanup/rehearsal/huaweicloud';

/** The secrets that the role of each function may read. */
const ROLES = { ReceiveRole: [GITHUB], CleanRole: [HUAWEICLOUD], SweepRole: [HUAWEICLOUD] };

/** @returns the ARNs by name. */
export async function storeSecrets(gitHub: string, credentials: string): Promise<Record<string, string>> {
  return {
    [GITHUB]: await storeSecret(GITHUB, gitHub),
    [HUAWEICLOUD]: await storeSecret(HUAWEICLOUD, credentials),
  };
}

export async function deleteSecrets(): Promise<void> {
  for (const SecretId of [GITHUB, HUAWEICLOUD]) {
    const input = { SecretId, ForceDeleteWithoutRecovery: true };
    await callJson('secretsmanager', 'DeleteSecret', input, v.unknown());
  }
}

/** Checks with IAM that each function's role may read its own secret, and not the other one. */
export async function checkRoles(arns: Readonly<Record<string, string>>): Promise<void> {
  for (const [role, readable] of Object.entries(ROLES)) {
    for (const [name, arn] of Object.entries(arns)) {
      const expected = readable.includes(name) ? 'allowed' : 'implicitDeny';
      assert.equal(await decide(role, arn), expected, `${role} and ${name}`);
    }
  }
}

async function storeSecret(Name: string, SecretString: string): Promise<string> {
  const answerSchema = v.object({ ARN: v.string() });
  return (await callJson('secretsmanager', 'CreateSecret', { Name, SecretString }, answerSchema)).ARN;
}

async function decide(role: string, secretArn: string): Promise<string> {
  const account = secretArn.split(':')[4];
  const { status, body } = await callQuery('iam', 'SimulatePrincipalPolicy', {
    PolicySourceArn: `arn:aws:iam::${account}:role/${await findResource(role)}`,
    'ActionNames.member.1': 'secretsmanager:GetSecretValue',
    'ResourceArns.member.1': secretArn,
  });
  const [decision] = readXml(body, 'EvalDecision');
  return decision ?? `no decision: ${status} ${body}`;
}
