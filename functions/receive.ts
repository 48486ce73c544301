import middy from '@middy/core';
import jsonBodyParser from '@middy/http-json-body-parser';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { answerProblems } from '../lib/aws/answer-problems.ts';
import { Queue } from '../lib/aws/queue.ts';
import { SecretStore } from '../lib/aws/secret-store.ts';
import { verifyDelivery, type WebhookEvent } from '../lib/aws/verify-delivery.ts';
import { loadConfig } from '../lib/config/load-config.ts';
import { requireEnvironment } from '../lib/environment.ts';
import { createLog } from '../lib/log.ts';
import { requireUsable } from '../lib/stored-secret.ts';
import { acceptEvent } from '../lib/webhook/accept-event.ts';
import { keyedSources } from '../lib/webhook/keyed-source.ts';

/** Every call has a limit of its own; a timer for the whole would be set for nothing. */
const options = { timeoutEarlyInMillis: 0 };
const config = loadConfig(new URL('./config.json', import.meta.url));
const log = createLog({ function: 'receive', stage: config.stage });
const queue = new Queue(requireEnvironment('CLEANUP_QUEUE_URL'));
const secrets = new SecretStore();
const sources = keyedSources(config, (reference, maxAgeMs) => secrets.read(reference, maxAgeMs));
await requireUsable([...sources.values()].map(({ secret }) => secret));

/** `POST /webhooks/{source}`: a signed webhook in, a cleanup request in the queue. */
export const handler = middy<WebhookEvent, APIGatewayProxyStructuredResultV2>(options)
  .use(answerProblems(log))
  .use(verifyDelivery(sources, log))
  .use(jsonBodyParser())
  .handler(async ({ verified, body }) => {
    if (verified === undefined) throw new Error('the delivery has not been verified');
    const acceptance = await acceptEvent(verified.from, verified.delivery, body, { config, queue, log });
    return {
      statusCode: acceptance.status === 'accepted' ? 202 : 200,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(acceptance),
    };
  });
