import { expect, test } from '@jest/globals';
import { readMessage, readPayload } from '../../lib/queue/read-message.ts';
import { configOf } from '../support/config.ts';
import { readFixture } from '../support/fixture.ts';

const config = configOf({ routes: [{ from: 'ecr:team/{repo}', to: 'acme-images/{repo}' }] });
const request = { version: 1, id: 'r1', namespace: 'acme-images', repository: 'app' };
const ecr = readFixture('eventbridge/ecr-delete-repository');
const notification = (message: unknown) => ({
  Type: 'Notification',
  MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
  TopicArn: 'arn:aws:sns:eu-central-1:123456789012:deletions',
  Message: JSON.stringify(message),
});

test.each([
  { why: 'a cleanup request', content: request },
  { why: 'an SNS notification around a request', content: notification(request) },
  { why: 'an event of ECR, by its route', content: ecr },
  { why: 'an SNS notification around an event', content: notification(ecr) },
  { why: 'an event Repository Deleted', content: readFixture('eventbridge/repository-deleted') },
])('a message may be $why', ({ content }) => {
  expect(readMessage(JSON.stringify(content), 'm1', config)).toMatchObject({
    requests: [{ namespace: 'acme-images' }],
  });
});

test('a request without an id gets that of the message', () => {
  expect(readMessage('{"namespace":"acme"}', 'm1', config)).toMatchObject({ requests: [{ id: 'queue:m1' }] });
});

test('an event and its requests have one id, and each knows how many others there are', () => {
  const twice = configOf({ routes: [{ from: 'ecr:team/{repo}', to: ['one/{repo}', 'two/{repo}'] }] });
  const id = 'bus:9c8f5a51-3d0c-2b1a-1f2e-0a9b8c7d6e5f';
  for (const read of [readPayload(ecr, 'i1', twice), readMessage(JSON.stringify(ecr), 'm1', twice)])
    expect(read).toMatchObject({
      requests: ['one', 'two'].map((namespace) => ({ id, namespace, siblings: 1 })),
    });
  const published = readMessage(JSON.stringify(notification(ecr)), 'm1', twice);
  expect(published.requests.map((each) => each.id)).toEqual(
    Array(2).fill(`sns:${notification(0).MessageId}`),
  );
});

test('a notification whose id is no text has that of the message', () => {
  const body = JSON.stringify({ ...notification(request), MessageId: 5, Timestamp: 'yesterday' });
  expect(readMessage(body, 'm1', config)).toMatchObject({ requests: [{ id: 'queue:m1', deliveryId: 'r1' }] });
});

test('an event of ECR without a route is ignored, and the reason says so', () => {
  expect(readPayload(ecr, 'm1', configOf())).toMatchObject({
    requests: [],
    ignored: ['no route for ecr:team/app'],
  });
});

test.each([
  { why: 'no JSON', body: 'hello' },
  { why: 'nothing', body: '' },
  { why: 'null', body: 'null' },
  { why: 'a number', body: '42' },
  { why: 'a list of requests', body: JSON.stringify([request]) },
  { why: 'an object of another kind', body: '{"hello":"world"}' },
  { why: 'a notification around a text', body: JSON.stringify({ Type: 'Notification', Message: 'hello' }) },
  { why: 'a notification without a message', body: JSON.stringify({ Type: 'Notification' }) },
  {
    why: 'something else with a message in it',
    body: JSON.stringify({ Type: 'Other', Message: JSON.stringify(request) }),
  },
  {
    why: 'a notification around a list',
    body: JSON.stringify({ Type: 'Notification', Message: [JSON.stringify(request)] }),
  },
  { why: 'an event whose detail type is no text', body: JSON.stringify({ 'detail-type': 1, detail: {} }) },
])('a message that is $why can not be read', ({ body }) => {
  expect(readMessage(body, 'm1', config)).toMatchObject({
    requests: [],
    issues: expect.arrayContaining([expect.anything()]),
  });
});
