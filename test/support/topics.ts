import { createPrivateKey, type KeyLike, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { sns } from '../../lib/sources/aws-sns.ts';
import { smn } from '../../lib/sources/huawei-smn.ts';
import type { Delivery, Source } from '../../lib/sources/source.ts';
import { createTopicSource, type TopicService } from '../../lib/sources/topic.ts';
import { deliveryOf, readWebhook } from './fixture.ts';

export function readPem(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
}

export const certificate = readPem('huawei-smn/signing.crt');
const signingKey = createPrivateKey(readPem('huawei-smn/signing.key'));

/** Time of the recorded messages. */
export const SENT_MS = Date.parse('2026-11-24T03:00:00Z');

type Fields = Readonly<Record<string, unknown>>;

export interface TopicSender {
  readonly type: 'aws-sns' | 'huawei-smn';
  readonly service: TopicService;
  /** With a certificate of the tests in place of the service's own. */
  readonly source: Source;
  /** Topic of the recorded messages. */
  readonly topic: string;
  readonly names: Readonly<Record<'type' | 'id' | 'content' | 'subject' | 'signature' | 'version', string>>;
  /** In the order in which they are signed. */
  readonly signedNames: readonly string[];
}

/** Services whose topics deliver notifications. */
export const topicSenders: Readonly<Record<TopicSender['type'], TopicSender>> = {
  'aws-sns': {
    type: 'aws-sns',
    service: sns,
    source: createTopicSource(sns, () => Promise.resolve(certificate)),
    topic: 'arn:aws:sns:eu-central-1:123456789012:swr-deletions',
    names: {
      type: 'Type',
      id: 'MessageId',
      content: 'Message',
      subject: 'Subject',
      signature: 'Signature',
      version: 'SignatureVersion',
    },
    signedNames: 'Message MessageId Subject SubscribeURL Timestamp Token TopicArn Type'.split(' '),
  },
  'huawei-smn': {
    type: 'huawei-smn',
    service: smn,
    source: createTopicSource(smn, () => Promise.resolve(certificate)),
    topic: 'urn:smn:cn-north-4:0a419ac94f80f2c62f14c01e34ae5dfc:swr-deletions',
    names: {
      type: 'type',
      id: 'message_id',
      content: 'message',
      subject: 'subject',
      signature: 'signature',
      version: 'signature_version',
    },
    signedNames: 'message message_id subject subscribe_url timestamp topic_urn type'.split(' '),
  },
};

/** A recorded message with other fields, signed again. */
export function signedMessage(
  { type, names, signedNames }: TopicSender,
  fields: Fields = {},
  {
    name = 'repository-deleted',
    key = signingKey,
    hash,
  }: { name?: string; key?: KeyLike; hash?: string } = {},
): Delivery {
  const fixture = readWebhook(`${type}/${name}`);
  const message: Record<string, unknown> = { ...JSON.parse(fixture.body), ...fields };
  const text = signedNames
    .map((each) => [each, message[each]] as const)
    .filter(([each, value]) => typeof value === 'string' && (value !== '' || each === names.content))
    .map(([each, value]) => `${each}\n${String(value)}\n`);
  const hashName = hash ?? (message[names.version] === '1' ? 'sha1' : 'sha256');
  const signature = sign(hashName, Buffer.from(text.join('')), key).toString('base64');
  return deliveryOf(fixture, { body: JSON.stringify({ ...message, [names.signature]: signature }) });
}

/** A notification around a text, signed now. */
export function publish(type: TopicSender['type'], content: string) {
  const sender = topicSenders[type];
  const { headers } = readWebhook(`${type}/repository-deleted`);
  const fields = {
    [sender.names.content]: content,
    [sender.service.fields.timestamp]: new Date().toISOString(),
  };
  return { headers, body: signedMessage(sender, fields).rawBody.toString() };
}
