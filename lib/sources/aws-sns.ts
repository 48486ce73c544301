import * as v from 'valibot';
import { domainOf } from '../aws/partition.ts';
import { arrivedAt, parseRequest, timestampSchema } from '../cleanup/request.ts';
import { parseJson } from '../json.ts';
import { interpretEvent, isEventBridgeEvent } from './eventbridge.ts';
import { ECR } from './source.ts';
import { ignored, requested, type SourceEvent, unreadable } from './source-event.ts';
import {
  createTopicSource,
  lineSchema,
  signatureSchema,
  type TopicMessage,
  type TopicService,
} from './topic.ts';

/**
 * Hashes by version. A topic has version 1 unless its owner chooses 2. SHA-1 doesn't help a forger: a collision would need
 * a text that the publisher chooses in full, and the signed text goes on with an id and ends in the topic.
 */
const HASHES: ReadonlyMap<string, string> = new Map([
  ['1', 'sha1'],
  ['2', 'sha256'],
]);

/** Globs for the source of an event in a message. A publisher on a listed topic is trusted, so none is excluded. */
const ANY_SOURCE = ['**'];

const common = {
  MessageId: lineSchema,
  TopicArn: lineSchema,
  Message: v.string(),
  Timestamp: timestampSchema,
  SignatureVersion: v.picklist(['1', '2']),
  Signature: signatureSchema,
  SigningCertURL: lineSchema,
};
const control = { ...common, SubscribeURL: lineSchema, Token: lineSchema };
const messageSchema = v.variant('Type', [
  v.object({ ...common, Type: v.literal('Notification'), Subject: v.nullish(lineSchema) }),
  v.object({ ...control, Type: v.literal('SubscriptionConfirmation') }),
  v.object({ ...control, Type: v.literal('UnsubscribeConfirmation') }),
]);

/**
 * SNS (Simple Notification Service) of AWS, over HTTPS and not raw.
 *
 * Sources: SNS developer guide, "Fanout Amazon SNS notifications to HTTPS endpoints" and "Verifying the signatures of
 * Amazon SNS messages".
 */
export const sns: TopicService = {
  name: 'SNS',
  typeHeader: 'x-amz-sns-message-type',
  deliveryIdHeaders: ['x-amz-sns-message-id'],
  contentType: 'any',
  fields: {
    topic: 'TopicArn',
    timestamp: 'Timestamp',
    certificateUrl: 'SigningCertURL',
    confirmUrl: 'SubscribeURL',
  },
  hosts: { test: isHost },
  certificatePaths: /^\/[\w-]+\.pem$/,
  schema: v.pipe(messageSchema, v.transform(toTopicMessage)),
  hashOf: ({ signatureVersion }) => HASHES.get(signatureVersion),
  interpret: interpretNotification,

  confirms(url) {
    const actions = url.searchParams.getAll('Action');
    return actions.length === 1 && actions[0] === 'ConfirmSubscription';
  },

  validateHeaders(headers) {
    return headers['x-amz-sns-rawdelivery'] === 'true'
      ? 'raw message delivery has no signature: switch it off for this subscription'
      : undefined;
  },
};

export const awsSns = createTopicSource(sns);

/** True for the host of SNS in a region. It has to look like one: anybody may own `sns.s3-eu-west-1.amazonaws.com`. */
function isHost(host: string): boolean {
  const [, region = ''] = /^sns\.([a-z]{2,4}(?:-[a-z]+)+-\d{1,2})\./.exec(host) ?? [];
  return host === `sns.${region}.${domainOf(region)}`;
}

function toTopicMessage(message: v.InferOutput<typeof messageSchema>): TopicMessage {
  const { Type, MessageId, TopicArn, Message, Timestamp } = message;
  // In alphabetical order.
  const signedFields =
    message.Type === 'Notification'
      ? { Message, MessageId, ...(message.Subject != null && { Subject: message.Subject }), Timestamp }
      : { Message, MessageId, SubscribeURL: message.SubscribeURL, Timestamp, Token: message.Token };
  return {
    type: Type,
    id: MessageId,
    topic: TopicArn,
    content: Message,
    timestamp: Timestamp,
    certificateUrl: message.SigningCertURL,
    confirmUrl: message.Type === 'Notification' ? undefined : message.SubscribeURL,
    signature: message.Signature,
    signatureVersion: message.SignatureVersion,
    signedFields: { ...signedFields, TopicArn, Type },
  };
}

/**
 * Source event of a notification: a cleanup request, or the service's own event `Repository Deleted` as a rule of EventBridge
 * publishes it. Neither has happened after it was published.
 */
function interpretNotification(
  { content: text, id: deliveryId, timestamp }: TopicMessage,
  id: string,
): SourceEvent {
  const content = parseJson(text);
  const delivery = { id, deliveryId };
  const arrived = (event: SourceEvent): SourceEvent =>
    event.type === 'request'
      ? { ...event, request: arrivedAt({ ...event.request, ...delivery }, timestamp) }
      : event;
  if (!isEventBridgeEvent(content)) {
    return arrived(requested(parseRequest(content, delivery, 'Message')));
  }
  const { source, sourceEvent } = interpretEvent(content, id, ANY_SOURCE);
  if (source === ECR)
    return ignored('an event of ECR counts only from its own rule: let EventBridge send it to the queue');
  if (sourceEvent.type !== 'unreadable') return arrived(sourceEvent);
  return unreadable(...sourceEvent.issues.map((issue) => ({ ...issue, path: `Message.${issue.path}` })));
}
