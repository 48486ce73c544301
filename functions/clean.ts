import middy from '@middy/core';
import type { SQSBatchResponse } from 'aws-lambda';
import { Queue } from '../lib/aws/queue.ts';
import { Table } from '../lib/aws/table.ts';
import { Cleaner } from '../lib/cleanup/cleaner.ts';
import { requireEnvironment } from '../lib/config/load-config.ts';
import { deadlineFrom } from '../lib/deadline.ts';
import { Accounts } from '../lib/huaweicloud/accounts.ts';
import { DynamoLedger } from '../lib/ledger/cleanup-ledger.ts';
import { cleanRules } from '../lib/metrics/rules/clean.ts';
import { type CleanContext, cleanBatch } from '../lib/queue/clean-batch.ts';
import { cleanInvocation, type InvocationAnswer } from '../lib/queue/clean-invocation.ts';
import { DeadLetters } from '../lib/queue/dead-letters.ts';
import { EventBus } from '../lib/queue/event-bus.ts';
import { createFunction, isSqsEvent, logFailure, MIDDY_OPTIONS } from '../lib/queue/lambda-function.ts';
import { findSources } from '../lib/routing/find-sources.ts';
import { createCheckExistence } from '../lib/sources/check-existence.ts';

const configUrl = new URL('./config.json', import.meta.url);
const { config, log, readSecret, handle } = createFunction('clean', configUrl, cleanRules);
const accounts = new Accounts(config.accounts, readSecret, log);
const ledger = new DynamoLedger({
  table: new Table(requireEnvironment('LEDGER_TABLE')),
  defaultAccount: config.defaultAccount,
  retentionDays: config.ledger.retentionDays,
});
const bus = new EventBus({ name: process.env['EVENT_BUS_NAME'], stage: config.stage, log });
const context: CleanContext = {
  config,
  cleaner: new Cleaner({
    config,
    accounts,
    ledger,
    log,
    checkExistence: createCheckExistence(config, readSecret, log),
    findSources: (place) => findSources(config.routes, place),
  }),
  bus,
  log,
  queue: new Queue(requireEnvironment('CLEANUP_QUEUE_URL')),
  deadLetters: new DeadLetters(new Queue(requireEnvironment('DEAD_LETTER_QUEUE_URL')), bus, log),
  maxReceiveCount: Number(process.env['MAX_RECEIVE_COUNT'] ?? Number.POSITIVE_INFINITY),
};
await accounts.checkSecrets();

const clean = middy<unknown, SQSBatchResponse | InvocationAnswer>(MIDDY_OPTIONS)
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

/** Handles cleanup requests and events, from the queue in batches or as the payload of an invocation. */
export const handler = handle(clean);
