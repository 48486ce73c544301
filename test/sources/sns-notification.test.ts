import { describe, expect, test } from '@jest/globals';
import { interpretSnsNotification } from '../../lib/sources/sns-notification.ts';
import { parseSnsMessage } from '../../lib/sources/sns-signature.ts';
import { readFixture, readWebhook } from '../support/fixture.ts';

const MESSAGE_ID = '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324';

/** What a notification means whose message this is. */
function interpret(content: unknown) {
  const Message = typeof content === 'string' ? content : JSON.stringify(content);
  const parsed = parseSnsMessage({
    ...JSON.parse(readWebhook('aws-sns/repository-deleted').body),
    Message,
  });
  if (!parsed.success || parsed.output.Type !== 'Notification') throw new Error('expected a notification');
  return interpretSnsNotification(parsed.output, 'a digest');
}

const event = {
  'detail-type': 'Repository Deleted',
  source: 'com.example.forge',
  detail: { namespace: 'acme-images', repository: 'payments/api' },
};

describe('a request', () => {
  test('keeps its own time, and is labelled with the id of its message', () => {
    const own = { occurredAt: '2026-11-24T02:00:00Z', namespace: 'acme' };
    expect(interpret({ ...own, id: 'mine', deliveryId: 'mine' })).toEqual({
      type: 'request',
      request: { version: 1, ...own, id: 'a digest', deliveryId: MESSAGE_ID },
    });
  });

  test('has not happened after it was published', () => {
    for (const occurredAt of ['2099-01-01T00:00:00Z', '2026-11-24T03:00:00.124Z']) {
      const published = { request: { occurredAt: '2026-11-24T03:00:00.123Z' } };
      expect(interpret({ namespace: 'acme', occurredAt })).toMatchObject(published);
      expect(interpret({ ...event, time: occurredAt })).toMatchObject(published);
    }
  });

  test('of a whole organization is one', () => {
    expect(interpret({ namespace: 'acme' })).toEqual({
      type: 'request',
      request: {
        version: 1,
        id: 'a digest',
        deliveryId: MESSAGE_ID,
        occurredAt: '2026-11-24T03:00:00.123Z',
        namespace: 'acme',
      },
    });
  });
});

describe('an event of EventBridge', () => {
  test('has the id of its message, and its time where it has none', () => {
    expect(interpret({ ...event, id: 'event-1' })).toEqual({
      type: 'request',
      request: {
        version: 1,
        id: 'a digest',
        deliveryId: MESSAGE_ID,
        occurredAt: '2026-11-24T03:00:00.123Z',
        source: 'com.example.forge',
        namespace: 'acme-images',
        repository: 'payments/api',
      },
    });
  });

  test('may come from any source: the topic is what is trusted', () => {
    expect(interpret({ ...event, source: 'x/y/z' })).toMatchObject({ type: 'request' });
  });

  test('of another type is ignored', () => {
    expect(interpret({ ...event, 'detail-type': 'Repository Created' })).toEqual({
      type: 'ignored',
      reason: 'event Repository Created is not Repository Deleted',
    });
  });

  test.each(['ecr-delete-repository', 'ecr-image-action', 'ecr-delete-repository-failed'])(
    'of ECR is ignored, and where it belongs is told: %s',
    (name) => {
      expect(interpret(readFixture(`eventbridge/${name}`))).toEqual({
        type: 'ignored',
        reason: 'an event of ECR is believed from its own rule only: let EventBridge send it to the queue',
      });
    },
  );
});

test.each([
  { why: 'a text', content: 'This is a test.', path: 'Message' },
  { why: 'null', content: null, path: 'Message' },
  { why: 'a list', content: [], path: 'Message.namespace' },
  { why: 'an empty request', content: {}, path: 'Message.namespace' },
  {
    why: 'a request with a misspelt repository',
    content: { namespace: 'acme', repo: 'x' },
    path: 'Message.repo',
  },
  { why: 'an event without a source', content: { ...event, source: undefined }, path: 'Message.source' },
  {
    why: 'an event without an organization',
    content: { ...event, detail: {} },
    path: 'Message.detail.namespace',
  },
])('$why can not be read, and the path is told', ({ content, path }) => {
  expect(interpret(content)).toMatchObject({ type: 'unreadable', issues: [{ path }] });
});
