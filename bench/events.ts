import { randomBytes, randomUUID } from 'node:crypto';
import { signSample } from '../cli/send/senders.ts';

export const GITHUB_SECRET = 'only-for-the-bench';
export const TARGET_REGION = 'cn-east-3';

export function splitImage(image: string): { readonly namespace: string; readonly repository: string } {
  const [namespace = '', ...rest] = image.split('/');
  return { namespace, repository: rest.join('/') };
}

export type QueueMessage = ReturnType<typeof cleanupMessages>[number];

/** Messages as `receive` sends them, as far as any contender reads them. Without targets, they request the deletion of all tasks. */
export function cleanupMessages(images: readonly string[], targets?: readonly object[]) {
  return images.map((image) => {
    const request = {
      version: 1,
      id: `webhook:github:${randomBytes(32).toString('hex')}`,
      siblings: 0,
      source: 'github',
      occurredAt: new Date().toISOString(),
      ...splitImage(image),
      ...(targets && { targets }),
    };
    return {
      messageId: randomUUID(),
      receiptHandle: 'handle',
      body: JSON.stringify(request),
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: `${Date.now()}` },
      messageAttributes: {},
    };
  });
}

/** GitHub's signed event as an HTTP API hands it over, as far as any contender reads it. */
export function gitHubDeletion(repository: string): object {
  const { headers, body } = signSample('github', { repository: `acme/${repository}` }, GITHUB_SECRET);
  const path = '/webhooks/github';
  return {
    version: '2.0',
    routeKey: 'POST /webhooks/{source}',
    rawPath: path,
    rawQueryString: '',
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    pathParameters: { source: 'github' },
    requestContext: { http: { method: 'POST', path, sourceIp: '192.0.2.1' }, requestId: 'bench' },
    body,
    isBase64Encoded: false,
  };
}
