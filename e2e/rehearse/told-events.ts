import * as v from 'valibot';
import type { AwsClient } from './aws-client.ts';
import { receiveMessages } from './queues.ts';
import { waitFor } from './wait-for.ts';

const QUEUE = 'swr-sync-cleanup-rehearsal-told';
const RULE = QUEUE;

const CREATED_SHAPE = v.object({ QueueUrl: v.string() });
const ATTRIBUTES_SHAPE = v.object({ Attributes: v.object({ QueueArn: v.string() }) });
const EVENT_SHAPE = v.object({
  source: v.literal('swr-sync-cleanup'),
  'detail-type': v.string(),
  detail: v.looseObject({
    version: v.literal(1),
    stage: v.literal('rehearsal'),
    repository: v.optional(v.string()),
    state: v.optional(v.string()),
  }),
});

type ToldEvent = v.InferOutput<typeof EVENT_SHAPE>;

/** What the deployed service tells on its bus, as somebody gets it who has subscribed. */
export type ToldEvents = {
  /** Resolves to the first so many of a type for which something holds. */
  waitFor(
    type: string,
    options: { count: number; timeoutMs: number; fits?: (detail: ToldEvent['detail']) => boolean },
  ): Promise<ToldEvent['detail'][]>;
  /** How many of each type have come. */
  count(): Record<string, number>;
  stop(): Promise<void>;
};

/** Subscribes a queue to the bus by a rule. */
export async function subscribe(aws: AwsClient, EventBusName: string): Promise<ToldEvents> {
  const created = await aws.callJson('sqs', 'CreateQueue', { QueueName: QUEUE });
  const { QueueUrl } = v.parse(CREATED_SHAPE, created);
  const asked = { QueueUrl, AttributeNames: ['QueueArn'] };
  const { Attributes } = v.parse(ATTRIBUTES_SHAPE, await aws.callJson('sqs', 'GetQueueAttributes', asked));
  const EventPattern = JSON.stringify({ source: ['swr-sync-cleanup'] });
  await aws.callJson('events', 'PutRule', { Name: RULE, EventBusName, EventPattern });
  const Targets = [{ Id: 'told', Arn: Attributes.QueueArn }];
  await aws.callJson('events', 'PutTargets', { Rule: RULE, EventBusName, Targets });

  const events: ToldEvent[] = [];
  const receive = async () => {
    const messages = await receiveMessages(aws, QueueUrl);
    for (const { body, receiptHandle: ReceiptHandle } of messages) {
      events.push(v.parse(EVENT_SHAPE, JSON.parse(body)));
      await aws.callJson('sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle });
    }
  };
  const ofType = (type: string) =>
    events.filter((event) => event['detail-type'] === type).map(({ detail }) => detail);

  return {
    waitFor: (type, { count, timeoutMs, fits = () => true }) =>
      waitFor(
        `${count} times ${type} on the bus`,
        async () => {
          await receive();
          const found = ofType(type).filter(fits);
          return found.length >= count ? found : undefined;
        },
        { timeoutMs },
      ),
    count() {
      const types = [...new Set(events.map((event) => event['detail-type']))].toSorted();
      return Object.fromEntries(types.map((type) => [type, ofType(type).length]));
    },
    async stop() {
      await aws.callJson('events', 'RemoveTargets', { Rule: RULE, EventBusName, Ids: ['told'] });
      await aws.callJson('events', 'DeleteRule', { Name: RULE, EventBusName });
      await aws.callJson('sqs', 'DeleteQueue', { QueueUrl });
    },
  };
}
