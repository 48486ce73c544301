import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { FunctionProcess } from './function-process.ts';
import type { Queues, ReceivedMessage } from './queues.ts';

/**
 * Feeds a function from the cleanup queue, as Lambda's event source does: what the function doesn't give back is
 * removed, and the rest comes back after its visibility timeout.
 *
 * @param onError is told when an invocation failed as a whole.
 * @returns ends it, once the batch in hand is done.
 */
export function feedFromQueue(
  queues: Queues,
  clean: FunctionProcess,
  onError: (error: unknown) => void,
): () => Promise<void> {
  const stop = new AbortController();
  const loop = async () => {
    while (!stop.signal.aborted) {
      try {
        await feedOnce(queues, clean);
      } catch (error) {
        if (!stop.signal.aborted) onError(error);
      }
    }
  };
  const ended = loop();
  return async () => {
    stop.abort();
    await ended;
  };
}

async function feedOnce(queues: Queues, clean: FunctionProcess): Promise<void> {
  const messages = await queues.receive();
  if (messages.length === 0) return;
  // What `clean` answers to an event from SQS.
  // oxlint-disable-next-line no-unsafe-type-assertion
  const { batchItemFailures } = (await clean.invoke(toEvent(messages))) as SQSBatchResponse;
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  const done = messages.filter(({ MessageId }) => !failed.has(MessageId));
  await Promise.all(done.map(({ ReceiptHandle }) => queues.remove(ReceiptHandle)));
}

function toEvent(messages: readonly ReceivedMessage[]): SQSEvent {
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
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:swr-sync-cleanup-local',
      awsRegion: 'us-east-1',
    })),
  };
}
