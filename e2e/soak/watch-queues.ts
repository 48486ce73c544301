import * as v from 'valibot';
import { resourceNamesOf } from '../../lib/resource-names.ts';

const EVERY_MS = 1000;

const messageSchema = v.object({ sentTimestamp: v.number() });
/** What `fauxqs` tells of a queue beside SQS's protocol. */
const queueSchema = v.object({
  messages: v.object({
    ready: v.array(messageSchema),
    inflight: v.array(v.object({ message: messageSchema })),
  }),
});

/**
 * Writes down every second what CloudWatch would know of the queues of the local stack, in the embedded metric format: no
 * function prints it.
 *
 * @param endpoint of SQS.
 * @param stage under whose names it is written.
 * @returns ends it.
 */
export function watchQueues(endpoint: string, stage: string, write: (line: string) => void): () => void {
  const local = resourceNamesOf('local');
  const own = resourceNamesOf(stage);
  const look = async () => {
    for (const key of ['cleanupQueue', 'sweepQueue', 'deadLetterQueue'] as const) {
      const response = await fetch(`${endpoint}/_fauxqs/queues/${local[key]}`);
      write(describeQueue(own[key], v.parse(queueSchema, await response.json()), Date.now()));
    }
  };
  // Whoever closes the queues first has nothing more to tell.
  const lookIfThere = () => void look().catch(() => {});
  lookIfThere();
  const timer = setInterval(lookIfThere, EVERY_MS);
  return () => clearInterval(timer);
}

function describeQueue(
  name: string,
  { messages: { ready, inflight } }: v.InferOutput<typeof queueSchema>,
  now: number,
): string {
  const sent = [...ready, ...inflight.map(({ message }) => message)].map(
    ({ sentTimestamp }) => sentTimestamp,
  );
  const oldest = sent.reduce((one, other) => Math.min(one, other), now);
  const values = {
    ApproximateNumberOfMessagesVisible: ready.length,
    ApproximateAgeOfOldestMessage: Math.round((now - oldest) / 1000),
  };
  const Metrics = Object.keys(values).map((Name) => ({
    Name,
    Unit: Name.includes('Age') ? 'Seconds' : 'Count',
  }));
  const directive = { Namespace: 'AWS/SQS', Dimensions: [['QueueName']], Metrics };
  const metadata = { Timestamp: now, CloudWatchMetrics: [directive] };
  return JSON.stringify({ _aws: metadata, QueueName: name, ...values });
}
