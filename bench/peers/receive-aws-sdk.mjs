// Middy and the AWS SDK. There is nothing to call in Huawei Cloud, so this is the peer with both SDKs as well.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import jsonBodyParser from '@middy/http-json-body-parser';
import { acceptedOf, requestOf } from './inputs.mjs';
import { readSecret } from './sdk-secret.mjs';

const sqs = new SQSClient({});
let secret;

async function isSigned({ headers, body, isBase64Encoded }) {
  secret ??= readSecret(process.env.GITHUB_SECRET);
  const digest = createHmac('sha256', await secret)
    .update(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'))
    .digest('hex');
  const expected = Buffer.from(`sha256=${digest}`);
  const given = Buffer.from(headers['x-hub-signature-256'] ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const verify = {
  before: async ({ event }) => ((await isSigned(event)) ? undefined : { statusCode: 401 }),
};

export const handler = middy()
  .use(verify)
  .use(jsonBodyParser())
  .handler(async ({ headers, body }) => {
    if (headers['x-github-event'] !== 'repository' || body.action !== 'deleted') return { statusCode: 200 };
    const request = requestOf(headers, body);
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: process.env.CLEANUP_QUEUE_URL,
        MessageBody: JSON.stringify(request),
      }),
    );
    console.log(JSON.stringify({ event: 'queued', id: request.id, repository: request.repository }));
    return acceptedOf(request);
  });
