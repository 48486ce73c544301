import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type CleanContext, cleanBatch } from '../lib/aws/clean-batch.ts';
import { cleanInvocation, type InvocationAnswer } from '../lib/aws/clean-invocation.ts';
import { DeadLetters } from '../lib/aws/dead-letters.ts';
import { logFailure } from '../lib/aws/log-failure.ts';
import { Queue } from '../lib/aws/queue.ts';
import { SecretStore } from '../lib/aws/secret-store.ts';
import { Cleaner } from '../lib/cleanup/cleaner.ts';
import { loadConfig } from '../lib/config/load-config.ts';
import { deadlineFrom } from '../lib/deadline.ts';
import { requireEnvironment } from '../lib/environment.ts';
import { createLog } from '../lib/log.ts';
import { requireUsable } from '../lib/stored-secret.ts';

/** The work has a deadline of its own; a second timer would be set for nothing. */
const options = { timeoutEarlyInMillis: 0 };
const config = loadConfig(new URL('./config.json', import.meta.url));
const log = createLog({ function: 'clean', stage: config.stage });
const secrets = new SecretStore();
const cleaner = new Cleaner(config, (reference, maxAgeMs) => secrets.read(reference, maxAgeMs), log);
const context: CleanContext = {
  config,
  cleaner,
  log,
  queue: new Queue(requireEnvironment('CLEANUP_QUEUE_URL')),
  deadLetters: new DeadLetters(new Queue(requireEnvironment('DEAD_LETTER_QUEUE_URL')), log),
  maxReceiveCount: Number(process.env['MAX_RECEIVE_COUNT'] ?? Number.POSITIVE_INFINITY),
};
await requireUsable(cleaner.credentials);

/** Cleanup requests and events, from the queue in batches or as the payload of an invocation; the tasks are deleted. */
export const handler = middy<unknown, SQSBatchResponse | InvocationAnswer>(options)
  .use(logFailure(log))
  .handler((event, lambda) => {
    const deadline = deadlineFrom(() => lambda.getRemainingTimeInMillis());
    return isSqsEvent(event)
      ? cleanBatch(event, deadline, context)
      : cleanInvocation(event, lambda.awsRequestId, deadline, context);
  });

function isSqsEvent(event: unknown): event is SQSEvent {
  return typeof event === 'object' && event !== null && 'Records' in event && Array.isArray(event.Records);
}
