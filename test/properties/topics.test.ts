import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { holds, testProperty, testSlowProperty } from '../support/properties.ts';
import { SENT_MS, signedMessage, topicSenders } from '../support/topics.ts';
import { anyText } from './values.ts';

const HOUR_MS = 60 * 60 * 1000;
const TIMESTAMP = '2026-11-24T03:00:00Z';
const line = fc.oneof(fc.string({ minLength: 1 }), anyText).filter((text) => /^[^\r\n]+$/.test(text));

type Message = Readonly<Record<string, string>>;

const senders = Object.values(topicSenders);

describe.each(senders)('$type', (sender) => {
  const { source, topic, names, service } = sender;
  const { timestamp, topic: topicName } = service.fields;
  const sign = (fields: Message = {}): Message =>
    JSON.parse(signedMessage(sender, { [timestamp]: TIMESTAMP, ...fields }).rawBody.toString());
  const genuine = sign();
  const { headers } = signedMessage(sender);

  const verifies = async (message: Message, nowMs = SENT_MS, topics: readonly string[] = [topic]) => {
    const delivery = { headers, rawBody: Buffer.from(JSON.stringify(message)) };
    return (await source.verify(delivery, [], nowMs, { topics })).verified;
  };

  testSlowProperty(
    'verifies every notification of its topic',
    [anyText, line, line],
    async (content, id, subject) => {
      const fields = { [names.content]: content, [names.id]: id, [names.subject]: subject };
      expect(await verifies(sign(fields))).toBe(true);
    },
  );

  test('rejects a message of which a signed field differs', async () => {
    const signed = [names.content, names.id, names.subject, topicName, timestamp];
    await holds([fc.constantFrom(...signed), anyText], async (field, other) => {
      fc.pre(other !== genuine[field]);
      expect(await verifies({ ...genuine, [field]: other }, SENT_MS, [topic, other])).toBe(false);
    });
  });

  testProperty(
    'rejects a signature of which one byte differs',
    [fc.nat(), fc.integer({ min: 1, max: 255 })],
    async (at, by) => {
      const bytes = Buffer.from(genuine[names.signature] ?? '', 'base64');
      const index = at % bytes.length;
      bytes[index] = (bytes[index] ?? 0) ^ by;
      expect(await verifies({ ...genuine, [names.signature]: bytes.toString('base64') })).toBe(false);
    },
  );

  testSlowProperty('rejects a message of another topic with a right signature', [line], async (other) => {
    expect(await verifies(sign({ [topicName]: other }))).toBe(other === topic);
  });

  test('verifies a message for an hour, whichever clock is ahead', async () => {
    expect(genuine[timestamp]).toBe(TIMESTAMP);
    await holds([fc.integer({ min: -2 * HOUR_MS, max: 2 * HOUR_MS })], async (ms) => {
      expect(await verifies(genuine, SENT_MS + ms)).toBe(Math.abs(ms) <= HOUR_MS);
    });
  });
});

test('a source of topics gives a verdict on every delivery', async () => {
  const header = fc.constantFrom('Notification', 'SubscriptionConfirmation', 'x');
  const delivered = fc.oneof(fc.json(), anyText);
  await holds([header, delivered], async (type, body) => {
    for (const { source, service, topic } of senders) {
      const headers = { [service.typeHeader.toLowerCase()]: type };
      const delivery = { headers, rawBody: Buffer.from(body) };
      const verification = await source.verify(delivery, [], SENT_MS, { topics: [topic] });
      expect(verification).toMatchObject({ verified: false, stale: true });
    }
  });
});
