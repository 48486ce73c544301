import middy, { type MiddlewareObj } from '@middy/core';
import jsonBodyParser from '@middy/http-json-body-parser';
import { Queue } from '../lib/aws/queue.ts';
import { requireEnvironment } from '../lib/config/load-config.ts';
import { receiveRules } from '../lib/metrics/rules/receive.ts';
import { createFunction, MIDDY_OPTIONS } from '../lib/queue/lambda-function.ts';
import { checkSecrets } from '../lib/stored-secret.ts';
import { acceptEvent } from '../lib/webhook/accept-event.ts';
import { configuredSources } from '../lib/webhook/configured-source.ts';
import { answerHttp, type HttpAnswer, type WebhookEvent } from '../lib/webhook/http-event.ts';
import { answerProblems } from '../lib/webhook/problem.ts';
import { verifyDelivery } from '../lib/webhook/verify-delivery.ts';

const configUrl = new URL('./config.json', import.meta.url);
const { config, log, readSecret, handle } = createFunction('receive', configUrl, receiveRules);
const queue = new Queue(requireEnvironment('CLEANUP_QUEUE_URL'));
const sources = configuredSources(config, readSecret, log);
const secrets = [...sources.values()].flatMap(({ secret }) => secret ?? []);
await checkSecrets(secrets);

/** Middleware that checks the secrets on a schedule: no other function can read them, and no delivery may come for days. */
const checkOnSchedule: MiddlewareObj<WebhookEvent, HttpAnswer> = {
  async before({ event }) {
    if (!('source' in event && event.source === 'aws.events')) return undefined;
    await checkSecrets(secrets);
    return { statusCode: 204, body: '', isBase64Encoded: false };
  },
};

const receive = middy<WebhookEvent, HttpAnswer>(MIDDY_OPTIONS)
  .use(checkOnSchedule)
  .use(answerProblems(log))
  .use(verifyDelivery(sources, log))
  .use(jsonBodyParser())
  .handler(async ({ verified, body }) => {
    if (verified === undefined) throw new Error('Unverified delivery');
    const acceptance = await acceptEvent(verified, body, { config, queue, log });
    const status = acceptance.status === 'accepted' ? 202 : 200;
    return answerHttp(verified.answersTo, status, { 'Content-Type': 'application/json' }, acceptance);
  });

/** Handles `POST /webhooks/{source}` of an HTTP or REST API, a Function URL or a load balancer, and the events of a schedule. */
export const handler = handle(receive);
