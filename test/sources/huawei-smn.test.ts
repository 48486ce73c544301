import { describe, expect, test } from '@jest/globals';
import { huaweiSmn, smn } from '../../lib/sources/huawei-smn.ts';
import { createTopicSource } from '../../lib/sources/topic.ts';
import { readWebhook } from '../support/fixture.ts';
import { readPem, SENT_MS, signedMessage, topicSenders } from '../support/topics.ts';

const sender = topicSenders['huawei-smn'];
const topics = [sender.topic];

test('verifies a version of the signature in capitals, as the documentation writes it', async () => {
  const delivery = signedMessage(sender, { signature_version: 'V1' });
  expect(await sender.source.verify(delivery, [], SENT_MS, { topics })).toMatchObject({ verified: true });
});

test.each([null, undefined])('rejects a confirmation whose address is %j', async (url) => {
  const delivery = signedMessage(sender, { subscribe_url: url }, { name: 'subscription-confirmation' });
  expect(await sender.source.verify(delivery, [], SENT_MS, { topics })).toMatchObject({
    verified: false,
    reason: 'subscribe_url is not an https address of SMN that confirms a subscription',
  });
});

test.each(['sha384', 'sha512'])(
  'verifies with the hash that its certificate is signed with: %s',
  async (hash) => {
    const source = createTopicSource(smn, () => Promise.resolve(readPem(`huawei-smn/signing-${hash}.crt`)));
    const verify = async (by: string) =>
      source.verify(signedMessage(sender, {}, { hash: by }), [], SENT_MS, { topics });
    expect(await verify(hash)).toMatchObject({ verified: true });
    expect(await verify('sha256')).toMatchObject({ verified: false });
  },
);

describe('interprets', () => {
  const recorded = (name: string): object => JSON.parse(readWebhook(`huawei-smn/${name}`).body);
  const interpret = (body: unknown) => huaweiSmn.interpret(body, { key: 'a digest' });
  const notification = (message: string) => interpret({ ...recorded('repository-deleted'), message });
  const trace = {
    service_type: 'SWR',
    trace_name: 'deleteUserNamespace',
    trace_status: 'normal',
    resource_name: 'acme',
  };

  test.each([
    {
      name: 'repository-deleted',
      deliveryId: 'f828ab77-d9a4-11f0-9f0e-fa163e5a7c11',
      names: { namespace: 'acme-images', repository: 'payments/api' },
    },
    {
      name: 'organization-deleted',
      deliveryId: '0d6d2a4c-d9a5-11f0-9f0e-fa163e5a7c11',
      names: { namespace: 'acme-images' },
    },
  ])('$name as a request', ({ name, deliveryId, names }) => {
    const occurredAt = '2026-11-24T02:59:58.344Z';
    expect(interpret(recorded(name))).toEqual({
      type: 'request',
      request: { version: 1, id: 'a digest', deliveryId, occurredAt, ...names },
    });
  });

  test('a trace without id and time with those of the message', () => {
    expect(notification(JSON.stringify({ cts: trace }))).toMatchObject({
      request: { deliveryId: 'd84bd6629ef04513ad2e37bffd6e17cb', occurredAt: '2026-11-24T03:00:00Z' },
    });
  });

  test('several traces as several events', () => {
    expect(notification(JSON.stringify({ cts: [trace, { ...trace, resource_name: '' }] }))).toMatchObject([
      { type: 'request', request: { namespace: 'acme' } },
      { type: 'unreadable', issues: [{ path: 'message.cts[1].resource_name' }] },
    ]);
  });

  test.each([
    { message: 'This is a test.', reason: 'the message is not a trace of CTS' },
    { message: 'null', reason: 'the message is not a trace of CTS' },
    { message: '{"alarm":{}}', reason: 'the message is not a trace of CTS' },
    { message: '[]', reason: 'the message is not a trace of CTS' },
    { message: '{"cts":[]}', reason: 'the message holds no trace' },
    {
      message: JSON.stringify({ cts: { ...trace, service_type: 'OBS' } }),
      reason: 'trace deleteUserNamespace is of OBS, not of SWR',
    },
  ])('$message as nothing to do', ({ message, reason }) => {
    expect(notification(message)).toEqual({ type: 'ignored', reason });
  });

  test('a trace without its service as unreadable, with the path', () => {
    expect(notification('{"cts":{"trace_name":"x"}}')).toMatchObject({
      type: 'unreadable',
      issues: [{ path: 'message.cts.service_type' }],
    });
  });
});
