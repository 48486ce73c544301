import type { MiddlewareObj } from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { SecretStore } from '../aws/secret-store.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { createLog, type Log, logWithin } from '../log.ts';
import { measureLog, type Rules } from '../metrics/measured-log.ts';
import { Metrics } from '../metrics/metrics.ts';
import type { ReadSecret } from '../stored-secret.ts';

type Handler<Event, Answer> = (event: Event, context: Context) => Promise<Answer>;

/** Parts that every function has. */
export interface LambdaFunction {
  readonly config: Config;
  /** Log whose lines are measured. */
  readonly log: Log;
  readonly readSecret: ReadSecret;
  /** Wraps a handler by `inInvocation`. */
  readonly handle: <Event, Answer>(handler: Handler<Event, Answer>) => Handler<Event, Answer>;
}

/** Limit of a call to SQS. */
export const SQS_TIMEOUT_MS = 3000;

/** Options of Middy without its timer: calls and work have deadlines of their own. */
export const MIDDY_OPTIONS = { timeoutEarlyInMillis: 0 };

/**
 * Creates the common parts of a function.
 *
 * @param rules for its metrics.
 * @throws {Error} if the configuration can't be read.
 */
export function createFunction(name: string, configUrl: URL, rules: Rules): LambdaFunction {
  const config = loadConfig(configUrl);
  const dimensions = { function: name, stage: config.stage };
  const metrics = new Metrics(dimensions);
  const secrets = new SecretStore();
  return {
    config,
    log: measureLog(createLog(dimensions), metrics, rules),
    readSecret: (reference, maxAgeMs) => secrets.read(reference, maxAgeMs),
    handle: (handler) => inInvocation(metrics, handler),
  };
}

/**
 * Adds the id of the invocation to every line of a handler, as Lambda's own lines and X-Ray have it, and writes its metrics
 * before it ends: after that, Lambda may freeze the function forever.
 */
export function inInvocation<Event, Answer>(
  metrics: Metrics,
  handler: Handler<Event, Answer>,
): Handler<Event, Answer> {
  return (event, context) =>
    logWithin({ awsRequestId: context.awsRequestId }, async () => {
      try {
        return await handler(event, context);
      } finally {
        metrics.flush();
      }
    });
}

/** Middleware that logs the failure of a whole invocation as a JSON line. */
export function logFailure(log: Log): MiddlewareObj<unknown, unknown> {
  return {
    onError({ error, context }) {
      log.error('invocation failed', { awsRequestId: context.awsRequestId, message: error?.message });
    },
  };
}

/** Checks that an event is a batch of SQS, and not the payload of an invocation. */
export function isSqsEvent(event: unknown): event is SQSEvent {
  return typeof event === 'object' && event !== null && 'Records' in event && Array.isArray(event.Records);
}

/**
 * Handles the messages of a batch one after the other. Each returns to the queue alone.
 *
 * @param handle resolves to false if the message must return to the queue.
 */
export async function handleBatch(
  { Records }: SQSEvent,
  handle: (record: SQSRecord) => Promise<boolean>,
): Promise<SQSBatchResponse> {
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const record of Records) {
    const { messageId } = record;
    if (!(await logWithin({ messageId }, () => handle(record))))
      batchItemFailures.push({ itemIdentifier: messageId });
  }
  return { batchItemFailures };
}
