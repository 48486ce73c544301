import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseRequest, validateNames } from '../../lib/cleanup/request.ts';
import { readMessage, readPayload } from '../../lib/queue/read-message.ts';
import { awsSns } from '../../lib/sources/aws-sns.ts';
import { cloudevents } from '../../lib/sources/cloudevents.ts';
import { standardWebhooks } from '../../lib/sources/standard-webhooks.ts';
import { earlierOf } from '../../lib/times.ts';
import { configOf } from '../support/config.ts';
import { holds, holdsSlowly, testProperty } from '../support/properties.ts';
import { anyText, path, RECEIVED_AT, request, sent, time, word } from './values.ts';

const KNOWN = new Set([
  'version',
  'id',
  'source',
  'occurredAt',
  'account',
  'namespace',
  'repository',
  'targets',
  'sourceRepository',
  'offset',
]);
const EARLY = '2020-01-01T00:00:00.000Z';
const SIGNED = { key: 'a digest' };

testProperty('a request that was sent is read as what was meant', [request], (meant) => {
  const parsed = parseRequest(sent(meant), { id: 'none' });
  expect(parsed).toEqual({ ok: true, value: { version: 1, id: 'none', ...meant } });
});

testProperty(
  'a request that was read is read once more as the same',
  [request, word, time],
  (meant, id, occurredAt) => {
    const once = parseRequest(meant, { id, occurredAt });
    expect(parseRequest(once.ok ? once.value : undefined, { id: 'another' })).toEqual(once);
  },
);

testProperty(
  'a key that is not known makes a request unreadable, whichever it is',
  [request, fc.string({ minLength: 1 }), fc.jsonValue()],
  (meant, key, value) => {
    fc.pre(!KNOWN.has(key) && key !== '__proto__');
    const parsed = parseRequest({ ...meant, [key]: value }, { id: 'none' }, 'data');
    expect(parsed).toMatchObject({ ok: false, issues: [{ path: `data.${key}`, expected: 'unknown key' }] });
  },
);

testProperty(
  'a name that is let through is one that SWR can have',
  [fc.oneof(word, anyText), fc.oneof(path, anyText)],
  (namespace, repository) => {
    fc.pre(validateNames({ version: 1, id: 'x', namespace, repository }) === undefined);
    expect(namespace).toMatch(/^[a-z][a-z0-9._-]{0,63}$/);
    expect(repository).toMatch(/^[a-z0-9][a-z0-9._/-]{0,127}$/);
  },
);

testProperty('a Standard Webhook is read as the request in it', [request], (data) => {
  const body = sent({ type: 'repository.deleted', timestamp: RECEIVED_AT, data });
  expect(standardWebhooks.interpret(body, SIGNED, '')).toEqual({
    type: 'request',
    request: { version: 1, id: SIGNED.key, occurredAt: RECEIVED_AT, ...data },
  });
});

test('a CloudEvent is read as the request in it, in the structured mode or in a batch', async () => {
  const attributes = { specversion: '1.0', id: 'ce-1', type: 'repository.deleted', source: '/forge' };
  await holds([request], (data) => {
    const event = sent({ ...attributes, time: RECEIVED_AT, data });
    const read = (body: unknown) => [cloudevents.interpret(body, SIGNED, '')].flat();
    const sourceEvent = {
      type: 'request',
      request: { version: 1, id: SIGNED.key, deliveryId: 'ce-1', occurredAt: RECEIVED_AT, ...data },
    };
    expect(read(event)).toEqual([sourceEvent]);
    expect(read([event, event])).toEqual([sourceEvent, sourceEvent]);
    expect(read({ events: [event] })).toEqual([sourceEvent]);
  });
});

test('an event of EventBridge, in a notification of SNS or not, is read as the request in it', async () => {
  const config = configOf({ events: { allowedSources: ['forge.**'] } });
  await holdsSlowly([request, word, word], (detail, id, name) => {
    const source = `forge.${name}`;
    const event = { id, source, 'detail-type': 'Repository Deleted', time: RECEIVED_AT, detail };
    const text = JSON.stringify(event);
    const { id: label, ...rest } = detail;
    const meant = (channel: string, at: string, siblings?: number) => ({
      version: 1,
      ...rest,
      id: channel,
      source,
      ...(label !== undefined && { deliveryId: label }),
      occurredAt: earlierOf(detail.occurredAt ?? RECEIVED_AT, at),
      ...(siblings !== undefined && { siblings }),
    });
    const far = '2100-01-01T00:00:00.000Z';
    expect(readPayload(sent(event), 'none', config).requests).toEqual([meant(`bus:${id}`, far, 0)]);
    expect(readMessage(text, 'none', config, EARLY).requests).toEqual([meant(`bus:${id}`, EARLY, 0)]);
    const published = { Message: text, MessageId: 'm1', Timestamp: '2026-11-24T04:00:00Z' };
    const notification = JSON.stringify({ Type: 'Notification', ...published });
    expect(readMessage(notification, 'none', config, far).requests).toEqual([
      meant('sns:m1', published.Timestamp, 0),
    ]);
    const inWebhook = meant('digest', published.Timestamp);
    expect(awsSns.interpret(notificationOf(published), { key: 'digest' })).toEqual({
      type: 'request',
      request: { ...inWebhook, deliveryId: 'm1' },
    });
  });
});

test('an event of EventBridge from a source that is not allowed is no request', async () => {
  const config = configOf({ events: { allowedSources: ['forge.**'] } });
  await holds([request, anyText], (detail, source) => {
    fc.pre(!source.startsWith('forge.') && source !== 'aws.ecr');
    const event = { id: 'e', source, 'detail-type': 'Repository Deleted', time: RECEIVED_AT, detail };
    expect(readPayload(event, 'none', config)).toMatchObject({ requests: [], ignored: [expect.any(String)] });
  });
});

test('no message makes the reader fail, and nothing but an object is a request', async () => {
  const config = configOf();
  await holds([fc.oneof(anyText, fc.json())], (text) => {
    const { requests, issues, ignored } = readMessage(text, 'm1', config);
    expect(requests).toEqual([]);
    expect(issues.length + ignored.length).toBeGreaterThan(0);
  });
});

function notificationOf(fields: { Message: string; MessageId: string; Timestamp: string }) {
  const rest = { TopicArn: 't', SignatureVersion: '2', Signature: 's', SigningCertURL: 'u' } as const;
  return { ...fields, ...rest, Type: 'Notification', Subject: undefined } as const;
}
