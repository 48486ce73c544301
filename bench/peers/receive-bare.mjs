// No framework, no signature check and so no secret, no schema, no log line: the least that does the work.
import { callAws } from './bare-calls.mjs';
import { acceptedOf, requestOf } from './inputs.mjs';

export async function handler({ headers, body, isBase64Encoded }) {
  const event = JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString() : body);
  const request = requestOf(headers, event);
  await callAws('sqs', 'AmazonSQS.SendMessage', '1.0', {
    QueueUrl: process.env.CLEANUP_QUEUE_URL,
    MessageBody: JSON.stringify(request),
  });
  return acceptedOf(request);
}
