import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { Queue } from '../lib/aws/queue.ts';
import { SecretStore } from '../lib/aws/secret-store.ts';
import { Cleaner } from '../lib/cleanup/cleaner.ts';
import { loadConfig, requireEnvironment } from '../lib/config/load-config.ts';
import { deadlineFrom } from '../lib/deadline.ts';
import { Accounts } from '../lib/huaweicloud/accounts.ts';
import { DynamoLedger } from '../lib/ledger/cleanup-ledger.ts';
import { createLog } from '../lib/log.ts';
import { measureLog } from '../lib/metrics/measured-log.ts';
import { Metrics } from '../lib/metrics/metrics.ts';
import { cleanRules } from '../lib/metrics/rules/clean.ts';
import { type CleanContext, cleanBatch } from '../lib/queue/clean-batch.ts';
import { cleanInvocation, type InvocationAnswer } from '../lib/queue/clean-invocation.ts';
import { DeadLetters } from '../lib/queue/dead-letters.ts';
import { EventBus } from '../lib/queue/event-bus.ts';
import { inInvocation } from '../lib/queue/in-invocation.ts';
import { logFailure } from '../lib/queue/log-failure.ts';
import { findSources } from '../lib/routing/find-sources.ts';
import { createCheckExistence } from '../lib/sources/check-existence.ts';
import type { ReadSecret } from '../lib/stored-secret.ts';

/** The work has a deadline of its own; a second timer would be set for nothing. */
const options = { timeoutEarlyInMillis: 0 };
const config = loadConfig(new URL('./config.json', import.meta.url));
const { stage } = config;
const metrics = new Metrics({ function: 'clean', stage });
const log = measureLog(createLog({ function: 'clean', stage }), metrics, cleanRules);
const secrets = new SecretStore();
const read: ReadSecret = (reference, maxAgeMs) => secrets.read(reference, maxAgeMs);
const accounts = new Accounts(config.accounts, read, log);
const ledger = new DynamoLedger({
  table: requireEnvironment('LEDGER_TABLE'),
  defaultAccount: config.defaultAccount,
  retentionDays: config.ledger.retentionDays,
});
const bus = new EventBus({ name: process.env['EVENT_BUS_NAME'], stage, log });
const context: CleanContext = {
  config,
  cleaner: new Cleaner({
    config,
    accounts,
    ledger,
    log,
    checkExistence: createCheckExistence(config, read, log),
    findSources: (place) => findSources(config.routes, place),
  }),
  bus,
  log,
  queue: new Queue(requireEnvironment('CLEANUP_QUEUE_URL')),
  deadLetters: new DeadLetters(new Queue(requireEnvironment('DEAD_LETTER_QUEUE_URL')), bus, log),
  maxReceiveCount: Number(process.env['MAX_RECEIVE_COUNT'] ?? Number.POSITIVE_INFINITY),
};
await accounts.checkSecrets();

const clean = middy<unknown, SQSBatchResponse | InvocationAnswer>(options)
  .use(logFailure(log))
  .handler(async (event, lambda) => {
    const deadline = deadlineFrom(() => lambda.getRemainingTimeInMillis());
    try {
      return isSqsEvent(event)
        ? await cleanBatch(event, deadline, context)
        : await cleanInvocation(event, lambda.awsRequestId, deadline, context);
    } finally {
      await bus.flush();
    }
  });

/** Cleanup requests and events, from the queue in batches or as the payload of an invocation; the tasks are deleted. */
export const handler = inInvocation(metrics, clean);

function isSqsEvent(event: unknown): event is SQSEvent {
  return typeof event === 'object' && event !== null && 'Records' in event && Array.isArray(event.Records);
}
