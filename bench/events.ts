import { randomBytes, randomUUID } from 'node:crypto';
import { signSample } from '../cli/send/senders.ts';
import { makeDelivery, toEvent } from '../e2e/forge/delivery.ts';

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
  const lowerCased = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return toEvent(makeDelivery('github', Object.fromEntries(lowerCased), Buffer.from(body)));
}
