import * as v from 'valibot';
import type { AwsClient } from './aws-client.ts';

const RECEIVED_SHAPE = v.object({
  Messages: v.optional(
    v.array(
      v.object({
        Body: v.string(),
        ReceiptHandle: v.string(),
        MessageAttributes: v.optional(
          v.record(v.string(), v.object({ StringValue: v.optional(v.string()) })),
          {},
        ),
      }),
    ),
    [],
  ),
});

const COUNTS_SHAPE = v.object({ Attributes: v.record(v.string(), v.string()) });

type Message = { body: string; receiptHandle: string; attributes: Record<string, string | undefined> };

/** The messages stay in the queue, and show up again after its visibility timeout. */
export async function receiveMessages(aws: AwsClient, QueueUrl: string): Promise<Message[]> {
  const answer = await aws.callJson('sqs', 'ReceiveMessage', {
    QueueUrl,
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ['All'],
  });
  return v.parse(RECEIVED_SHAPE, answer).Messages.map(({ Body, ReceiptHandle, MessageAttributes }) => ({
    body: Body,
    receiptHandle: ReceiptHandle,
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]),
    ),
  }));
}

/** Waiting and in work together. */
export async function countMessages(aws: AwsClient, QueueUrl: string): Promise<number> {
  const answer = await aws.callJson('sqs', 'GetQueueAttributes', {
    QueueUrl,
    AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
  });
  const counts = Object.values(v.parse(COUNTS_SHAPE, answer).Attributes);
  return counts.reduce((sum, count) => sum + Number(count), 0);
}
