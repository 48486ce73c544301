import { sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createAwsSns } from '../../lib/sources/aws-sns.ts';
import { createHuaweiSmn } from '../../lib/sources/huawei-smn.ts';
import { parseSmnMessage, stringToSign as smnText } from '../../lib/sources/smn-signature.ts';
import { parseSnsMessage, stringToSign as snsText } from '../../lib/sources/sns-signature.ts';
import type { Source } from '../../lib/sources/source.ts';

const readText = (name: string) =>
  readFileSync(new URL(`../fixtures/huawei-smn/${name}`, import.meta.url), 'utf8');
const certificate = readText('signing.crt');
const key = readText('signing.key');

export interface TopicSender {
  readonly source: Source;
  readonly topic: string;
  /** A notification around a text, signed as the service signs it. */
  deliver(message: string): { readonly headers: Record<string, string>; readonly body: string };
}

const signed = (text: string) => sign('sha256', Buffer.from(text), key).toString('base64');

/** The services whose topics deliver notifications, with a certificate of the tests in place of their own. */
export const topicSenders: Readonly<Record<'aws-sns' | 'huawei-smn', TopicSender>> = {
  'aws-sns': {
    source: createAwsSns(() => Promise.resolve(certificate)),
    topic: 'arn:aws:sns:eu-central-1:1:deletions',
    deliver(Message) {
      const message = {
        Type: 'Notification',
        MessageId: 'm1',
        TopicArn: this.topic,
        Message,
        Timestamp: new Date().toISOString(),
        SignatureVersion: '2',
        SigningCertURL: 'https://sns.eu-central-1.amazonaws.com/x.pem',
        Signature: 'x',
      };
      const parsed = parseSnsMessage(message);
      const Signature = parsed.success ? signed(snsText(parsed.output)) : '';
      const headers = { 'content-type': 'text/plain', 'x-amz-sns-message-type': 'Notification' };
      return { headers, body: JSON.stringify({ ...message, Signature }) };
    },
  },
  'huawei-smn': {
    source: createHuaweiSmn({ fetchCertificate: () => Promise.resolve(certificate) }),
    topic: 'urn:smn:cn-north-4:1:deletions',
    deliver(text) {
      const message = {
        type: 'Notification',
        message_id: 'm1',
        topic_urn: this.topic,
        message: text,
        timestamp: new Date().toISOString(),
        signature_version: 'v1',
        signing_cert_url: 'https://smn.cn-north-4.myhuaweicloud.com/x.pem',
        signature: 'x',
      };
      const parsed = parseSmnMessage(message);
      const signature = parsed.success ? signed(smnText(parsed.output)) : '';
      const headers = { 'content-type': 'application/json', 'x-smn-message-type': 'Notification' };
      return { headers, body: JSON.stringify({ ...message, signature }) };
    },
  },
};
