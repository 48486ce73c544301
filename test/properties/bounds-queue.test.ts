import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import * as fc from 'fast-check';
import { Queue } from '../../lib/aws/queue.ts';
import { Cleaner } from '../../lib/cleanup/cleaner.ts';
import { noLedger } from '../../lib/cleanup/ledger.ts';
import type { CleanupResult } from '../../lib/cleanup/outcome.ts';
import type { CleanupRequest } from '../../lib/cleanup/request.ts';
import { Accounts } from '../../lib/huaweicloud/accounts.ts';
import { type CleanContext, cleanBatch } from '../../lib/queue/clean-batch.ts';
import { cleanInvocation } from '../../lib/queue/clean-invocation.ts';
import { DeadLetters } from '../../lib/queue/dead-letters.ts';
import { EventBus } from '../../lib/queue/event-bus.ts';
import { createCheckExistence } from '../../lib/sources/check-existence.ts';
import { acmeConfig } from '../support/acme-config.ts';
import { DR } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { AWS_ACCESS, useVariables } from '../support/environment.ts';
import { largeValue, replacePart } from '../support/large-bodies.ts';
import { type LoopbackServer, respond, startLoopbackServer } from '../support/loopback-server.ts';
import { holdsSlowly, testProperty, testSlowProperty } from '../support/properties.ts';
import { recordLog } from '../support/recorded-log.ts';

const MAX_BYTES = 64 * 1024;

const directRequest = JSON.stringify({
  id: 'sample',
  namespace: 'acme',
  repository: 'none',
  occurredAt: '2026-11-24T03:00:00Z',
  targets: [DR],
});
const event = JSON.stringify({
  id: 'event-1',
  source: 'forge.acme',
  'detail-type': 'Repository Deleted',
  time: '2026-11-24T03:00:00Z',
  resources: [],
  detail: { namespace: 'acme', repository: 'none', targets: [DR] },
});
const ecrEvent = JSON.stringify({
  id: 'event-2',
  source: 'aws.ecr',
  'detail-type': 'AWS API Call via CloudTrail',
  detail: {
    eventSource: 'ecr.amazonaws.com',
    eventName: 'DeleteRepository',
    requestParameters: { repositoryName: 'acme/none' },
  },
});
const notification = JSON.stringify({ Type: 'Notification', MessageId: 'm1', Message: event });

/** Deletes nothing, and keeps what it was asked for. */
class RecordingCleaner extends Cleaner {
  readonly cleaned: CleanupRequest[] = [];

  override clean(request: CleanupRequest): Promise<CleanupResult> {
    this.cleaned.push(request);
    return Promise.resolve({ request, outcomes: [] });
  }
}

const recorded = recordLog();
let sqs: LoopbackServer;
let cleaner: RecordingCleaner;
let context: CleanContext;
useVariables(() => AWS_ACCESS);
beforeAll(async () => {
  sqs = await startLoopbackServer((response) => respond(response, 200, {}));
  const queue = new Queue(`${sqs.url}/0/queue`);
  const config = acmeConfig('https://cloud.example.com');
  const { log } = recorded;
  const read = () => Promise.resolve('');
  const bus = new EventBus({ name: undefined, stage: 'test', log });
  cleaner = new RecordingCleaner({
    config,
    accounts: new Accounts(config.accounts, read, log),
    checkExistence: createCheckExistence(config, read),
    findSources: () => [],
    ledger: noLedger,
    log,
  });
  context = {
    config,
    cleaner,
    queue,
    bus,
    log,
    deadLetters: new DeadLetters(queue, bus, log),
    maxReceiveCount: 5,
  };
});
afterAll(() => sqs.close());

/** Does some work, and says what of it was more than one message may make. */
async function measure<T>(work: () => Promise<T>): Promise<{ done: T; exceeded: readonly string[] }> {
  recorded.clear();
  cleaner.cleaned.splice(0);
  const before = sqs.requests.length;
  const done = await work();
  const excess = {
    'a long line': recorded.lines.some((line) => Buffer.byteLength(line) > MAX_BYTES),
    'many calls': sqs.requests.length - before > 1,
    'many requests': cleaner.cleaned.length > 2,
    'many targets': cleaner.cleaned.some(({ targets = [] }) => targets.length > 500),
  };
  return { done, exceeded: Object.entries(excess).flatMap(([what, is]) => (is ? [what] : [])) };
}

function recordOf(body: string, messageId: string): SQSRecord {
  const attributes = { SentTimestamp: '0', SenderId: 's', ApproximateFirstReceiveTimestamp: '0' };
  return {
    messageId,
    receiptHandle: messageId,
    body,
    attributes: { ...attributes, ApproximateReceiveCount: '1' },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:0:cleanup',
    awsRegion: 'us-east-1',
  };
}

const sample = fc.constantFrom(directRequest, event, ecrEvent, notification);

test('whatever a message holds, its lines and calls are bounded, and the one beside it is cleaned', async () => {
  const good = recordOf('{"id":"good","namespace":"acme","repository":"good"}', 'good');
  await holdsSlowly(
    [sample, largeValue, fc.nat({ max: 30 }), fc.boolean()],
    async (right, { text }, part, first) => {
      const bad = recordOf(replacePart(right, part, text), 'bad');
      const Records = first ? [bad, good] : [good, bad];
      const measured = await measure(() => cleanBatch({ Records }, noHurry, context));
      expect(measured).toEqual({ done: { batchItemFailures: [] }, exceeded: [] });
      expect(cleaner.cleaned).toContainEqual(expect.objectContaining({ repository: 'good' }));
    },
  );
});

testSlowProperty(
  'whatever an event of the bus holds, the answer is bounded, and nothing is thrown',
  [fc.constantFrom(event, ecrEvent), largeValue, fc.nat({ max: 20 })],
  async (right, { text }, part) => {
    const payload: unknown = JSON.parse(replacePart(right, part, text));
    fc.pre(typeof payload === 'object' && payload !== null && 'detail-type' in payload);
    const { done, exceeded } = await measure(() =>
      cleanInvocation(payload, 'invocation-1', noHurry, context),
    );
    expect(Buffer.byteLength(JSON.stringify(done))).toBeLessThanOrEqual(MAX_BYTES);
    expect(exceeded).toEqual([]);
  },
);

testProperty(
  'whatever a person invokes the function with, the error is bounded',
  [largeValue, fc.nat({ max: 20 })],
  async ({ text }, part) => {
    const payload: unknown = JSON.parse(replacePart(directRequest, part, text));
    const { done, exceeded } = await measure(() =>
      cleanInvocation(payload, 'invocation-1', noHurry, context).then(
        () => '',
        (error: unknown) => String(error),
      ),
    );
    expect(Buffer.byteLength(done)).toBeLessThanOrEqual(MAX_BYTES);
    expect(exceeded).toEqual([]);
  },
);
