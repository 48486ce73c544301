import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createAwsSns } from '../../lib/sources/aws-sns.ts';
import { createHuaweiSmn } from '../../lib/sources/huawei-smn.ts';
import { parseSmnMessage, stringToSign as smnText } from '../../lib/sources/smn-signature.ts';
import { parseSnsMessage, stringToSign as snsText } from '../../lib/sources/sns-signature.ts';
import type { Source } from '../../lib/sources/source.ts';
import { holds } from '../support/properties.ts';
import { anyText } from './values.ts';

const NOW_MS = Date.parse('2026-11-24T03:00:00Z');
const HOUR_MS = 60 * 60 * 1000;
const TIMESTAMP = '2026-11-24T03:00:00Z';

const readText = (name: string) =>
  readFileSync(new URL(`../fixtures/huawei-smn/${name}`, import.meta.url), 'utf8');
const key = createPrivateKey(readText('signing.key'));
const certificate = readText('signing.crt');
const line = fc.oneof(fc.string({ minLength: 1 }), anyText).filter((text) => /^[^\r\n]+$/.test(text));

type Message = Record<string, string>;

interface Sender {
  readonly type: string;
  readonly source: Source;
  readonly headers: Record<string, string>;
  readonly message: Message;
  readonly signature: string;
  readonly topic: string;
  readonly time: string;
  /** The fields that are signed. */
  readonly signed: readonly string[];
  /** The text to sign, or undefined if it is no message. */
  readonly textOf: (message: Message) => string | undefined;
}

const senders: readonly Sender[] = [
  {
    type: 'aws-sns',
    source: createAwsSns(() => Promise.resolve(certificate)),
    headers: { 'x-amz-sns-message-type': 'Notification' },
    message: {
      Type: 'Notification',
      MessageId: 'm1',
      TopicArn: 'arn:aws:sns:eu-central-1:1:deletions',
      Subject: 'gone',
      Message: '{}',
      Timestamp: TIMESTAMP,
      SignatureVersion: '2',
      SigningCertURL: 'https://sns.eu-central-1.amazonaws.com/x.pem',
    },
    signature: 'Signature',
    topic: 'TopicArn',
    time: 'Timestamp',
    signed: ['Message', 'MessageId', 'Subject', 'TopicArn', 'Timestamp'],
    textOf: (message) => {
      const parsed = parseSnsMessage({ ...message, Signature: 'x' });
      return parsed.success ? snsText(parsed.output) : undefined;
    },
  },
  {
    type: 'huawei-smn',
    source: createHuaweiSmn({ fetchCertificate: () => Promise.resolve(certificate) }),
    headers: { 'x-smn-message-type': 'Notification' },
    message: {
      type: 'Notification',
      message_id: 'm1',
      topic_urn: 'urn:smn:cn-north-4:1:deletions',
      subject: 'gone',
      message: '{}',
      timestamp: TIMESTAMP,
      signature_version: 'v1',
      signing_cert_url: 'https://smn.cn-north-4.myhuaweicloud.com/smn/x.pem',
    },
    signature: 'signature',
    topic: 'topic_urn',
    time: 'timestamp',
    signed: ['message', 'message_id', 'subject', 'topic_urn', 'timestamp'],
    textOf: (message) => {
      const parsed = parseSmnMessage({ ...message, signature: 'x' });
      return parsed.success ? smnText(parsed.output) : undefined;
    },
  },
];

describe.each(senders)('$type', ({ source, headers, message, signature, topic, time, signed, textOf }) => {
  const topics = [message[topic] ?? ''];
  const signatureOf = (of: Message) => sign('sha256', Buffer.from(textOf(of) ?? ''), key).toString('base64');
  const right = signatureOf(message);

  const verifies = async (of: Message, nowMs = NOW_MS, believed: readonly string[] = topics) => {
    const delivery = { headers, rawBody: Buffer.from(JSON.stringify(of)) };
    return (await source.verify(delivery, [], nowMs, { topics: believed })).verified;
  };

  test('believes whatever has been published on its topic', async () => {
    const [text, id, subject] = signed;
    await holds(
      fc.asyncProperty(anyText, line, line, async (published, named, titled) => {
        const of = { ...message, [text ?? '']: published, [id ?? '']: named, [subject ?? '']: titled };
        expect(await verifies({ ...of, [signature]: signatureOf(of) })).toBe(true);
      }),
    );
  });

  test('believes nothing of which a signed field differs', async () => {
    await holds(
      fc.asyncProperty(fc.constantFrom(...signed), anyText, async (field, other) => {
        fc.pre(other !== message[field]);
        const of = { ...message, [field]: other, [signature]: right };
        expect(await verifies(of, NOW_MS, [...topics, other])).toBe(false);
      }),
    );
  });

  test('believes no signature of which one byte differs', async () => {
    await holds(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const bytes = Buffer.from(right, 'base64');
        const index = at % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ by;
        expect(await verifies({ ...message, [signature]: bytes.toString('base64') })).toBe(false);
      }),
    );
  });

  test('believes nothing that is on another topic, though its signature be right', async () => {
    await holds(
      fc.asyncProperty(line, async (other) => {
        const of = { ...message, [topic]: other };
        expect(await verifies({ ...of, [signature]: signatureOf(of) })).toBe(other === message[topic]);
      }),
    );
  });

  test('believes it for an hour, whichever clock is ahead', async () => {
    expect(message[time]).toBe(TIMESTAMP);
    const of = { ...message, [signature]: right };
    await holds(
      fc.asyncProperty(fc.integer({ min: -2 * HOUR_MS, max: 2 * HOUR_MS }), async (ms) => {
        expect(await verifies(of, NOW_MS + ms)).toBe(Math.abs(ms) <= HOUR_MS);
      }),
    );
  });
});

test('whatever is delivered, a source of topics gives a verdict on it', async () => {
  const header = fc.constantFrom('Notification', 'SubscriptionConfirmation', 'x');
  const delivered = fc.oneof(fc.json(), anyText);
  await holds(
    fc.asyncProperty(header, delivered, async (type, body) => {
      for (const { source, headers: known, topic, message } of senders) {
        const headers = Object.fromEntries(Object.keys(known).map((name) => [name, type]));
        const delivery = { headers, rawBody: Buffer.from(body) };
        const verification = await source.verify(delivery, [], NOW_MS, { topics: [message[topic] ?? ''] });
        expect(verification).toMatchObject({ verified: false, stale: true });
      }
    }),
  );
});
