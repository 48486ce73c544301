import middy from '@middy/core';
import jsonBodyParser from '@middy/http-json-body-parser';
import { Queue } from '../lib/aws/queue.ts';
import { SecretStore } from '../lib/aws/secret-store.ts';
import { loadConfig, requireEnvironment } from '../lib/config/load-config.ts';
import { createLog } from '../lib/log.ts';
import { measureLog } from '../lib/metrics/measured-log.ts';
import { Metrics } from '../lib/metrics/metrics.ts';
import { receiveRules } from '../lib/metrics/rules/receive.ts';
import { inInvocation } from '../lib/queue/in-invocation.ts';
import { checkSecrets } from '../lib/stored-secret.ts';
import { acceptEvent } from '../lib/webhook/accept-event.ts';
import { configuredSources } from '../lib/webhook/configured-source.ts';
import { answerHttp, type HttpAnswer, type WebhookEvent } from '../lib/webhook/http-event.ts';
import { answerProblems } from '../lib/webhook/problem.ts';
import { verifyDelivery } from '../lib/webhook/verify-delivery.ts';

/** Every call has a limit of its own; a timer for the whole would be set for nothing. */
const options = { timeoutEarlyInMillis: 0 };
const config = loadConfig(new URL('./config.json', import.meta.url));
const { stage } = config;
const metrics = new Metrics({ function: 'receive', stage });
const log = measureLog(createLog({ function: 'receive', stage }), metrics, receiveRules);
const queue = new Queue(requireEnvironment('CLEANUP_QUEUE_URL'));
const secrets = new SecretStore();
const sources = configuredSources(config, (reference, maxAgeMs) => secrets.read(reference, maxAgeMs), log);
await checkSecrets([...sources.values()].flatMap(({ secret }) => secret ?? []));

const receive = middy<WebhookEvent, HttpAnswer>(options)
  .use(answerProblems(log))
  .use(verifyDelivery(sources, log))
  .use(jsonBodyParser())
  .handler(async ({ verified, body }) => {
    if (verified === undefined) throw new Error('the delivery has not been verified');
    const acceptance = await acceptEvent(verified, body, { config, queue, log });
    const status = acceptance.status === 'accepted' ? 202 : 200;
    return answerHttp(verified.answersTo, status, { 'Content-Type': 'application/json' }, acceptance);
  });

/** `POST /webhooks/{source}` of an HTTP or REST API, a Function URL or a load balancer: a signed webhook in, a cleanup request in the queue. */
export const handler = inInvocation(metrics, receive);
