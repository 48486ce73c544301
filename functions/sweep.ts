import middy from '@middy/core';
import type { SQSBatchResponse } from 'aws-lambda';
import { Queue } from '../lib/aws/queue.ts';
import { Table } from '../lib/aws/table.ts';
import { requireEnvironment } from '../lib/config/load-config.ts';
import { deadlineFrom } from '../lib/deadline.ts';
import { Accounts } from '../lib/huaweicloud/accounts.ts';
import { DynamoSweepLedger } from '../lib/ledger/sweep-ledger.ts';
import { sweepRules } from '../lib/metrics/rules/sweep.ts';
import { EventBus } from '../lib/queue/event-bus.ts';
import { createFunction, isSqsEvent, logFailure, MIDDY_OPTIONS } from '../lib/queue/lambda-function.ts';
import {
  beginSweep,
  queueRequests,
  type SweepFunctionContext,
  sweepBatch,
} from '../lib/queue/sweep-batch.ts';
import { apiCredentials, createCheckExistence } from '../lib/sources/check-existence.ts';
import { checkSecrets } from '../lib/stored-secret.ts';

const configUrl = new URL('./config.json', import.meta.url);
const { config, log, readSecret, handle } = createFunction('sweep', configUrl, sweepRules);
const accounts = new Accounts(config.accounts, readSecret, log);
const bus = new EventBus({ name: process.env['EVENT_BUS_NAME'], stage: config.stage, log });
const context: SweepFunctionContext = {
  queue: new Queue(requireEnvironment('SWEEP_QUEUE_URL')),
  sweep: {
    config,
    accounts,
    checkExistence: createCheckExistence(config, readSecret, log),
    ledger: new DynamoSweepLedger({
      table: new Table(requireEnvironment('LEDGER_TABLE')),
      retentionDays: config.ledger.retentionDays,
    }),
    request: queueRequests(new Queue(requireEnvironment('CLEANUP_QUEUE_URL'))),
    publish: (report) => bus.publishSweep(report),
    log,
  },
};
await accounts.checkSecrets();
const apis = apiCredentials(config.sources, readSecret, log);

const sweep = middy<unknown, SQSBatchResponse | { readonly sweep: string }>(MIDDY_OPTIONS)
  .use(logFailure(log))
  .handler(async (event, lambda) => {
    const deadline = deadlineFrom(() => lambda.getRemainingTimeInMillis());
    if (isSqsEvent(event)) return sweepBatch(event, deadline, context);
    // A sweep reads them only if it needs them; those of the accounts it always needs.
    await checkSecrets(apis);
    return beginSweep(lambda.awsRequestId, deadline, context);
  });

/** Handles the steps of sweeps from their queue; every other event, such as that of a schedule, starts a sweep. */
export const handler = handle(sweep);
