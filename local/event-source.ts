import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { FunctionProcess } from './function-process.ts';
import type { Queues, ReceivedMessage } from './queues.ts';

export interface EventSource {
  readonly queueUrl: string;
  readonly batchSize: number;
  readonly target: FunctionProcess;
  /** Called when an invocation fails as a whole. */
  readonly onError: (error: unknown) => void;
}

/**
 * Feeds a function from a queue, as Lambda's event source does: messages that the function doesn't report as failed are
 * removed, and the others are received again after their visibility timeout.
 *
 * @returns a function that stops it after the current batch.
 */
export function feedFromQueue(queues: Queues, source: EventSource): () => Promise<void> {
  const stop = new AbortController();
  const loop = async () => {
    while (!stop.signal.aborted) {
      try {
        await feedOnce(queues, source);
      } catch (error) {
        if (!stop.signal.aborted) source.onError(error);
      }
    }
  };
  const ended = loop();
  return async () => {
    stop.abort();
    await ended;
  };
}

async function feedOnce(queues: Queues, { queueUrl, batchSize, target }: EventSource): Promise<void> {
  const messages = await queues.receive(queueUrl, batchSize);
  if (messages.length === 0) return;
  // The functions answer events from SQS in this form.
  // oxlint-disable-next-line no-unsafe-type-assertion
  const { batchItemFailures } = (await target.invoke(toEvent(messages, queueUrl))) as SQSBatchResponse;
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  const done = messages.filter(({ MessageId }) => !failed.has(MessageId));
  await Promise.all(done.map(({ ReceiptHandle }) => queues.remove(queueUrl, ReceiptHandle)));
}

function toEvent(messages: readonly ReceivedMessage[], queueUrl: string): SQSEvent {
  const queue = queueUrl.slice(queueUrl.lastIndexOf('/') + 1);
  return {
    Records: messages.map((message) => ({
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      md5OfBody: message.MD5OfBody,
      attributes: {
        ApproximateReceiveCount: message.Attributes['ApproximateReceiveCount'] ?? '1',
        SentTimestamp: message.Attributes['SentTimestamp'] ?? '',
        SenderId: message.Attributes['SenderId'] ?? '',
        ApproximateFirstReceiveTimestamp: message.Attributes['ApproximateFirstReceiveTimestamp'] ?? '',
      },
      messageAttributes: {},
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${queue}`,
      awsRegion: 'us-east-1',
    })),
  };
}
