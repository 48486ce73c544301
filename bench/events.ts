import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2, SQSEvent } from 'aws-lambda';
import { NAMESPACE } from './backend-messages.ts';

export const GITHUB_SECRET = 'only-for-the-bench';

export const secretNames = {
  github: 'bench/github',
  huaweicloud: 'bench/huaweicloud',
  huaweicloudKeys: 'bench/huaweicloud-keys',
};

/**
 * A queue message as `receive` sends it, which says that a repository is gone; it names no target, so every contender
 * has to look.
 */
export function cleanupMessage(repository: string): SQSEvent {
  const request = {
    version: 1,
    id: `webhook:github:${randomBytes(32).toString('hex')}`,
    siblings: 0,
    source: 'github',
    occurredAt: new Date().toISOString(),
    namespace: NAMESPACE,
    repository,
  };
  return {
    Records: [
      {
        messageId: randomUUID(),
        receiptHandle: 'handle',
        body: JSON.stringify(request),
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: `${Date.now()}`,
          SenderId: 'AROAEXAMPLE',
          ApproximateFirstReceiveTimestamp: `${Date.now()}`,
        },
        messageAttributes: {},
        md5OfBody: '',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:cleanup',
        awsRegion: 'eu-central-1',
      },
    ],
  };
}

/** GitHub's event as an HTTP API hands it over. */
export function gitHubDeletion(name: string): APIGatewayProxyEventV2 {
  const body = JSON.stringify({
    action: 'deleted',
    repository: { id: 186853002, name, full_name: `acme/${name}`, private: true, owner: { login: 'acme' } },
    organization: { login: 'acme' },
    sender: { login: 'octocat' },
  });
  const path = '/webhooks/github';
  return {
    version: '2.0',
    routeKey: 'POST /webhooks/{source}',
    rawPath: path,
    rawQueryString: '',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/bench',
      'x-github-delivery': randomUUID(),
      'x-github-event': 'repository',
      'x-hub-signature-256': `sha256=${createHmac('sha256', GITHUB_SECRET).update(body).digest('hex')}`,
    },
    pathParameters: { source: 'github' },
    requestContext: {
      accountId: '000000000000',
      apiId: 'bench',
      domainName: 'bench.execute-api.eu-central-1.amazonaws.com',
      domainPrefix: 'bench',
      http: {
        method: 'POST',
        path,
        protocol: 'HTTP/1.1',
        sourceIp: '192.0.2.1',
        userAgent: 'GitHub-Hookshot',
      },
      requestId: 'bench',
      routeKey: 'POST /webhooks/{source}',
      stage: '$default',
      time: '24/Nov/2026:03:00:00 +0000',
      timeEpoch: Date.now(),
    },
    body,
    isBase64Encoded: false,
  };
}
