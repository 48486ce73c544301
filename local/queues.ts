import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server } from 'node:http';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import * as v from 'valibot';
import { resourceNamesOf } from '../lib/resource-names.ts';
import { postToAws } from './loopback/forward.ts';
import { guardServer } from './loopback/guard.ts';

const NAMES = resourceNamesOf('local');
/** Shorter than deployed, so that a retry can be watched. */
const VISIBILITY_SECONDS = 20;
/** For attempts that were cut off, as in `serverless.yml`. */
const SPARE_ATTEMPTS = 5;
export const MAX_RECEIVE_COUNT = 5;

export interface ReceivedMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly Attributes: Record<string, string>;
  readonly MessageAttributes?: Record<string, { StringValue?: string; DataType: string }>;
}

type QueueName = 'cleanupQueue' | 'sweepQueue' | 'deadLetterQueue';

export interface QueueDepth {
  readonly waiting: number;
  readonly inFlight: number;
  /** When the oldest message was sent, in milliseconds since the epoch; infinity without messages. */
  readonly oldestAt: number;
}

/** The queues of the service, in an SQS of this process. */
export type Queues = Awaited<ReturnType<typeof startQueues>>;

/** @param visibilitySeconds of the cleanup queue. */
export async function startQueues(visibilitySeconds = VISIBILITY_SECONDS) {
  const server = await startGuardedSqs();
  const endpoint = `http://127.0.0.1:${server.port}`;
  const deadLetters = server.createQueue(NAMES.deadLetterQueue);
  const attributesWith = (seconds: number) => ({
    VisibilityTimeout: `${seconds}`,
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: deadLetters.queueArn,
      // `clean` dead-letters a message with a reason; SQS moves it only later, without one.
      maxReceiveCount: MAX_RECEIVE_COUNT + SPARE_ATTEMPTS,
    }),
  });
  const cleanup = server.createQueue(NAMES.cleanupQueue, { attributes: attributesWith(visibilitySeconds) });
  const sweep = server.createQueue(NAMES.sweepQueue, { attributes: attributesWith(VISIBILITY_SECONDS) });
  return {
    /** For `AWS_ENDPOINT_URL_SQS`. */
    endpoint,
    cleanupUrl: cleanup.queueUrl,
    sweepUrl: sweep.queueUrl,
    deadLettersUrl: deadLetters.queueUrl,
    /** Puts a message into the cleanup queue. */
    send: (body: string) => void server.sendMessage(NAMES.cleanupQueue, body),
    /** Waits up to a second for messages of a queue, so many at the most. */
    async receive(QueueUrl: string, MaxNumberOfMessages: number): Promise<readonly ReceivedMessage[]> {
      const answer = await postToAws(endpoint, 'AmazonSQS.ReceiveMessage', {
        QueueUrl,
        MaxNumberOfMessages,
        WaitTimeSeconds: 1,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      });
      // The shape of SQS's answers.
      // oxlint-disable-next-line no-unsafe-type-assertion
      return (answer as { Messages?: ReceivedMessage[] }).Messages ?? [];
    },
    /** Takes a message off its queue for good. */
    async remove(QueueUrl: string, ReceiptHandle: string): Promise<void> {
      await postToAws(endpoint, 'AmazonSQS.DeleteMessage', { QueueUrl, ReceiptHandle });
    },
    /** Counts the messages of one queue. */
    depth(queue: QueueName): QueueDepth {
      const messages = server.inspectQueue(NAMES[queue])?.messages;
      const { ready = [], delayed = [], inflight = [] } = messages ?? {};
      const waiting = [...ready, ...delayed];
      const all = [...waiting, ...inflight.map(({ message }) => message)];
      const oldestAt = Math.min(...all.map(({ sentTimestamp }) => sentTimestamp));
      return { waiting: waiting.length, inFlight: inflight.length, oldestAt };
    },
    deadLetters(): readonly { body: string; attributes: Record<string, string | undefined> }[] {
      const { ready = [] } = server.inspectQueue(NAMES.deadLetterQueue)?.messages ?? {};
      return ready.map(({ body, messageAttributes }) => {
        const values = Object.entries(messageAttributes).map(([name, { StringValue }]) => [
          name,
          StringValue,
        ]);
        return { body, attributes: Object.fromEntries(values) };
      });
    },
    close: () => server.stop(),
  };
}

const initializationSchema = v.object({ fastify: v.object({ server: v.instance(Server) }) });

function guard(message: unknown): void {
  guardServer(v.parse(initializationSchema, message).fastify.server);
}

/** fauxqs listens on every interface, serves every caller, and gives its HTTP server in no other way than this. */
async function startGuardedSqs(): Promise<FauxqsServer> {
  subscribe('fastify.initialization', guard);
  try {
    return await startFauxqs({ port: 0, logger: false });
  } finally {
    unsubscribe('fastify.initialization', guard);
  }
}
