import assert from 'node:assert/strict';
import type { Content } from '../../cli/send/signatures.ts';
import type { Answer, AwsClient } from './aws-client.ts';
import type { Outputs } from './stack.ts';

type WebhookCall = { deletion: Content; expectedStatus: number };

/** Sends a webhook of GitHub to the deployed HTTP API. */
export async function postWebhook(
  { aws, outputs }: { aws: AwsClient; outputs: Outputs },
  { deletion, expectedStatus }: WebhookCall,
): Promise<Answer> {
  const answer = await aws.callHttpApi(outputs['HttpApiId'] ?? '', {
    method: 'POST',
    path: '/webhooks/github',
    ...deletion,
  });
  assert.equal(answer.status, expectedStatus, `the webhook was answered ${answer.status}: ${answer.body}`);
  return answer;
}
