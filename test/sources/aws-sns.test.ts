import { describe, expect, test } from '@jest/globals';
import { awsSns } from '../../lib/sources/aws-sns.ts';
import { deliveryOf, readFixture, readWebhook } from '../support/fixture.ts';
import { SENT_MS, signedMessage, topicSenders } from '../support/topics.ts';

const sender = topicSenders['aws-sns'];
const MESSAGE_ID = '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324';
const PUBLISHED_AT = '2026-11-24T03:00:00.123Z';
const recorded = readWebhook('aws-sns/repository-deleted');

describe('verifies', () => {
  const verify = async (delivery = deliveryOf(recorded)) =>
    sender.source.verify(delivery, [], SENT_MS, { topics: [sender.topic] });

  test.each(['1', '2'])('version %s of the signature', async (SignatureVersion) => {
    for (const name of ['repository-deleted', 'subscription-confirmation', 'unsubscribe-confirmation']) {
      expect(await verify(signedMessage(sender, { SignatureVersion }, { name }))).toMatchObject({
        verified: true,
      });
    }
  });

  test('the end of a subscription, whatever address would renew it: it is not called', async () => {
    const fields = { SubscribeURL: 'https://evil.test/' };
    const delivery = signedMessage(sender, fields, { name: 'unsubscribe-confirmation' });
    expect(await verify(delivery)).toMatchObject({ verified: true });
  });

  test.each([
    {
      why: 'of another version than the signature',
      delivery: deliveryOf(recorded, {
        body: recorded.body.replace('"SignatureVersion" : "1"', '"SignatureVersion" : "2"'),
      }),
      reason: 'the signature does not fit the message',
    },
    {
      why: 'that was delivered raw',
      delivery: deliveryOf(recorded, { headers: { 'x-amz-sns-rawdelivery': 'true' }, body: '{}' }),
      reason: 'raw message delivery has no signature: switch it off for this subscription',
    },
    {
      why: 'with a listed topic in the headers only',
      delivery: deliveryOf(recorded, { body: signedMessage(sender, { TopicArn: 'arn:theirs' }).rawBody }),
      reason: 'TopicArn is not among the listed topics',
    },
  ])('no message $why', async ({ delivery, reason }) => {
    expect(await verify(delivery)).toMatchObject({ verified: false, reason });
  });
});

/** Interprets a notification around a text or a value. */
function interpret(content: unknown) {
  const Message = typeof content === 'string' ? content : JSON.stringify(content);
  return awsSns.interpret({ ...JSON.parse(recorded.body), Message }, { key: 'a digest' });
}

const event = {
  'detail-type': 'Repository Deleted',
  source: 'com.example.forge',
  detail: { namespace: 'acme-images', repository: 'payments/api' },
};
const identified = { version: 1, id: 'a digest', deliveryId: MESSAGE_ID };

describe('interprets a request', () => {
  test('with the time of its message', () => {
    expect(awsSns.interpret(JSON.parse(recorded.body), { key: 'a digest' })).toEqual({
      type: 'request',
      request: { ...identified, occurredAt: PUBLISHED_AT, ...event.detail },
    });
  });

  test('with its own time, and the id of its message as its label', () => {
    const own = { occurredAt: '2026-11-24T02:00:00Z', namespace: 'acme' };
    expect(interpret({ ...own, id: 'mine', deliveryId: 'mine' })).toEqual({
      type: 'request',
      request: { ...identified, ...own },
    });
  });

  test.each(['2099-01-01T00:00:00Z', '2026-11-24T03:00:00.124Z'])(
    'of %s as not after its message',
    (occurredAt) => {
      const published = { request: { occurredAt: PUBLISHED_AT } };
      expect(interpret({ namespace: 'acme', occurredAt })).toMatchObject(published);
      expect(interpret({ ...event, time: occurredAt })).toMatchObject(published);
    },
  );

  test('of a whole organization', () => {
    expect(interpret({ namespace: 'acme' })).toEqual({
      type: 'request',
      request: { ...identified, occurredAt: PUBLISHED_AT, namespace: 'acme' },
    });
  });
});

describe('interprets an event of EventBridge', () => {
  test('with its own time', () => {
    const { body } = readWebhook('aws-sns/repository-deleted-event');
    const request = { id: 'a digest', deliveryId: expect.any(String), source: event.source };
    expect(awsSns.interpret(JSON.parse(body), { key: 'a digest' })).toEqual({
      type: 'request',
      request: { version: 1, ...request, occurredAt: '2026-11-24T03:00:00Z', ...event.detail },
    });
  });

  test('with the id of its message, and its time if it has none', () => {
    expect(interpret({ ...event, id: 'event-1' })).toEqual({
      type: 'request',
      request: { ...identified, occurredAt: PUBLISHED_AT, source: event.source, ...event.detail },
    });
  });

  test('from any source: the topic is trusted', () => {
    expect(interpret({ ...event, source: 'x/y/z' })).toMatchObject({ type: 'request' });
  });

  test('of another type as nothing to do', () => {
    expect(interpret({ ...event, 'detail-type': 'Repository Created' })).toEqual({
      type: 'ignored',
      reason: 'event Repository Created is not Repository Deleted',
    });
  });

  test.each(['ecr-delete-repository', 'ecr-image-action', 'ecr-delete-repository-failed'])(
    'of ECR as nothing to do, and says where to send it: %s',
    (name) => {
      expect(interpret(readFixture(`eventbridge/${name}`))).toEqual({
        type: 'ignored',
        reason: 'an event of ECR counts only from its own rule: let EventBridge send it to the queue',
      });
    },
  );
});

test.each([
  { why: 'a text', content: 'This is a test.', path: 'Message' },
  { why: 'null', content: null, path: 'Message' },
  { why: 'a list', content: [], path: 'Message.namespace' },
  { why: 'an empty request', content: {}, path: 'Message.namespace' },
  { why: 'a misspelt repository', content: { namespace: 'acme', repo: 'x' }, path: 'Message.repo' },
  { why: 'an event without a source', content: { ...event, source: undefined }, path: 'Message.source' },
  {
    why: 'an event without a namespace',
    content: { ...event, detail: {} },
    path: 'Message.detail.namespace',
  },
])('$why is unreadable, and the issue has the path', ({ content, path }) => {
  expect(interpret(content)).toMatchObject({ type: 'unreadable', issues: [{ path }] });
});
