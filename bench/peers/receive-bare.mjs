// No framework, no signature check and so no secret, no schema, no log line: the least that does the work.
import { callAws } from './bare-calls.mjs';

export async function handler({ headers, body, isBase64Encoded }) {
  const event = JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString() : body);
  const request = {
    version: 1,
    id: headers['x-github-delivery'],
    source: 'github',
    occurredAt: new Date().toISOString(),
    namespace: 'acme-images',
    repository: event.repository.name.toLowerCase(),
  };
  await callAws('sqs', 'AmazonSQS.SendMessage', 'application/x-amz-json-1.0', {
    QueueUrl: process.env.CLEANUP_QUEUE_URL,
    MessageBody: JSON.stringify(request),
  });
  return {
    statusCode: 202,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ status: 'accepted', id: request.id, requests: [request] }),
  };
}
