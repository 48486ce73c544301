import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { Queue } from '../lib/aws/queue.ts';
import { SecretStore } from '../lib/aws/secret-store.ts';
import { loadConfig, requireEnvironment } from '../lib/config/load-config.ts';
import { deadlineFrom } from '../lib/deadline.ts';
import { Accounts } from '../lib/huaweicloud/accounts.ts';
import { DynamoSuspicionLedger } from '../lib/ledger/suspicion-ledger.ts';
import { DynamoSweepLedger } from '../lib/ledger/sweep-ledger.ts';
import { createLog } from '../lib/log.ts';
import { measureLog } from '../lib/metrics/measured-log.ts';
import { Metrics } from '../lib/metrics/metrics.ts';
import { sweepRules } from '../lib/metrics/rules/sweep.ts';
import { EventBus } from '../lib/queue/event-bus.ts';
import { inInvocation } from '../lib/queue/in-invocation.ts';
import { logFailure } from '../lib/queue/log-failure.ts';
import {
  beginSweep,
  queueRequests,
  type SweepFunctionContext,
  sweepBatch,
} from '../lib/queue/sweep-batch.ts';
import { createCheckExistence } from '../lib/sources/check-existence.ts';
import type { ReadSecret } from '../lib/stored-secret.ts';

/** The work has a deadline of its own; a second timer would be set for nothing. */
const options = { timeoutEarlyInMillis: 0 };
const config = loadConfig(new URL('./config.json', import.meta.url));
const { stage } = config;
const metrics = new Metrics({ function: 'sweep', stage });
const log = measureLog(createLog({ function: 'sweep', stage }), metrics, sweepRules);
const secrets = new SecretStore();
const read: ReadSecret = (reference, maxAgeMs) => secrets.read(reference, maxAgeMs);
const accounts = new Accounts(config.accounts, read, log);
const table = requireEnvironment('LEDGER_TABLE');
const bus = new EventBus({ name: process.env['EVENT_BUS_NAME'], stage, log });
const context: SweepFunctionContext = {
  queue: new Queue(requireEnvironment('SWEEP_QUEUE_URL')),
  sweep: {
    config,
    accounts,
    checkExistence: createCheckExistence(config, read, log),
    ledger: new DynamoSweepLedger({ table, retentionDays: config.ledger.retentionDays }),
    suspicions: new DynamoSuspicionLedger(table),
    request: queueRequests(new Queue(requireEnvironment('CLEANUP_QUEUE_URL'))),
    publish: (report) => bus.publishSweep(report),
    log,
  },
};
await accounts.checkSecrets();

const sweep = middy<unknown, SQSBatchResponse | { readonly sweep: string }>(options)
  .use(logFailure(log))
  .handler((event, lambda) => {
    const deadline = deadlineFrom(() => lambda.getRemainingTimeInMillis());
    return isSqsEvent(event)
      ? sweepBatch(event, deadline, context)
      : beginSweep(lambda.awsRequestId, deadline, context);
  });

/** Steps of sweeps, from their queue; anything else, such as the event of a schedule, begins a sweep. */
export const handler = inInvocation(metrics, sweep);

function isSqsEvent(event: unknown): event is SQSEvent {
  return typeof event === 'object' && event !== null && 'Records' in event && Array.isArray(event.Records);
}
