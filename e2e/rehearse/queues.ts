import * as v from 'valibot';
import { callJson, waitFor } from './aws.ts';

const attributesSchema = v.optional(
  v.record(v.string(), v.object({ StringValue: v.optional(v.string()) })),
  {},
);
const messageSchema = v.object({
  Body: v.string(),
  ReceiptHandle: v.string(),
  MessageAttributes: attributesSchema,
});
const receivedSchema = v.object({ Messages: v.optional(v.array(messageSchema), []) });
const countsSchema = v.object({ Attributes: v.record(v.string(), v.string()) });
const eventSchema = v.object({
  source: v.literal('swr-sync-cleanup'),
  'detail-type': v.string(),
  detail: v.looseObject({
    version: v.literal(1),
    stage: v.literal('rehearsal'),
    repository: v.optional(v.string()),
    state: v.optional(v.string()),
  }),
});

type Detail = v.InferOutput<typeof eventSchema>['detail'];

export async function sendMessage(QueueUrl: string, MessageBody: string): Promise<void> {
  await callJson('sqs', 'SendMessage', { QueueUrl, MessageBody }, v.unknown());
}

/** Receives messages, which stay in the queue and show up again after its visibility timeout. */
export async function receiveMessages(QueueUrl: string) {
  const input = { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] };
  return (await callJson('sqs', 'ReceiveMessage', input, receivedSchema)).Messages;
}

/** Counts the messages that wait and those in flight. */
export async function countMessages(QueueUrl: string): Promise<number> {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
  const input = { QueueUrl, AttributeNames };
  const { Attributes } = await callJson('sqs', 'GetQueueAttributes', input, countsSchema);
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
}

/** Events that the deployed service publishes on its bus, as a subscriber gets them. */
export type Subscription = Awaited<ReturnType<typeof subscribe>>;

/** Subscribes a queue to the bus by a rule. */
export async function subscribe(EventBusName: string) {
  const name = 'swr-sync-cleanup-rehearsal-published';
  const rule = { Name: name, EventBusName, EventPattern: '{"source":["swr-sync-cleanup"]}' };
  const createdSchema = v.object({ QueueUrl: v.string() });
  const { QueueUrl } = await callJson('sqs', 'CreateQueue', { QueueName: name }, createdSchema);
  const input = { QueueUrl, AttributeNames: ['QueueArn'] };
  const { Attributes } = await callJson('sqs', 'GetQueueAttributes', input, countsSchema);
  await callJson('events', 'PutRule', rule, v.unknown());
  const Targets = [{ Id: 'published', Arn: Attributes['QueueArn'] }];
  await callJson('events', 'PutTargets', { Rule: name, EventBusName, Targets }, v.unknown());

  const events: v.InferOutput<typeof eventSchema>[] = [];
  const receive = async () => {
    for (const { Body, ReceiptHandle } of await receiveMessages(QueueUrl)) {
      events.push(v.parse(eventSchema, JSON.parse(Body)));
      await callJson('sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle }, v.unknown());
    }
  };
  return {
    /** Waits for `count` events of a type that fit. */
    waitFor: (
      type: string,
      count: number,
      timeoutMs: number,
      fits: (detail: Detail) => boolean = () => true,
    ): Promise<Detail[]> =>
      waitFor(
        `${count} times ${type} on the bus`,
        async () => {
          await receive();
          const details = events.filter((event) => event['detail-type'] === type).map(({ detail }) => detail);
          const found = details.filter(fits);
          return found.length >= count ? found : undefined;
        },
        timeoutMs,
      ),
    /** Number of published events of each type. */
    count(): Record<string, number> {
      const types = events.map((event) => event['detail-type']).toSorted();
      const byType = Object.entries(Object.groupBy(types, (type) => type));
      return Object.fromEntries(byType.map(([type, all = []]) => [type, all.length]));
    },
    async end(): Promise<void> {
      const targets = { Rule: name, EventBusName, Ids: ['published'] };
      await callJson('events', 'RemoveTargets', targets, v.unknown());
      await callJson('events', 'DeleteRule', { Name: name, EventBusName }, v.unknown());
      await callJson('sqs', 'DeleteQueue', { QueueUrl }, v.unknown());
    },
  };
}
