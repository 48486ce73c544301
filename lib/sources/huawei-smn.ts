import * as v from 'valibot';
import { timestampSchema } from '../cleanup/request.ts';
import { parseJson } from '../json.ts';
import { interpretTrace } from './cts-trace.ts';
import { ignored, interpretEach, type SourceEvent } from './source-event.ts';
import {
  createTopicSource,
  lineSchema,
  signatureSchema,
  type TopicMessage,
  type TopicService,
} from './topic.ts';

/** Hashes by the certificate's own signature: SMN signs with the algorithm that its certificate is signed with. */
const HASHES: ReadonlyMap<string | undefined, string> = new Map([
  ['sha256WithRSAEncryption', 'sha256'],
  ['sha384WithRSAEncryption', 'sha384'],
  ['sha512WithRSAEncryption', 'sha512'],
]);

const messageSchema = v.object({
  type: v.picklist(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  signature: signatureSchema,
  signature_version: v.pipe(v.string(), v.regex(/^v1$/i, '"v1"')),
  topic_urn: lineSchema,
  message_id: lineSchema,
  message: v.string(),
  timestamp: timestampSchema,
  signing_cert_url: lineSchema,
  subject: v.nullish(v.union([lineSchema, v.literal('')])),
  subscribe_url: v.nullish(lineSchema),
});

/**
 * SMN (Simple Message Notification) of Huawei Cloud, over HTTPS: the traces of SWR that CTS publishes on a topic.
 *
 * Source: SMN user guide, "HTTP or HTTPS Message Format" and "Message Signature Verification".
 */
export const smn: TopicService = {
  name: 'SMN',
  typeHeader: 'X-SMN-Message-Type',
  deliveryIdHeaders: ['x-smn-message-id'],
  fields: {
    topic: 'topic_urn',
    timestamp: 'timestamp',
    certificateUrl: 'signing_cert_url',
    confirmUrl: 'subscribe_url',
  },
  // The region has to look like one: `smn.obs.myhuaweicloud.com` would be a bucket that anybody may own.
  hosts: /^smn\.[a-z]{2}-[a-z]+-\d{1,3}\.myhuaweicloud\.(?:com|eu)$/,
  certificatePaths: /^\/smn\/\w[\w.-]*\.pem$/,
  schema: v.pipe(messageSchema, v.transform(toTopicMessage)),
  hashOf: (_, { signatureAlgorithm }) => HASHES.get(signatureAlgorithm),
  interpret: interpretNotification,
};

export const huaweiSmn = createTopicSource(smn);

function toTopicMessage(message: v.InferOutput<typeof messageSchema>): TopicMessage {
  const { type, message: content, message_id, timestamp, topic_urn, subject, subscribe_url } = message;
  return {
    type,
    id: message_id,
    topic: topic_urn,
    content,
    timestamp,
    certificateUrl: message.signing_cert_url,
    confirmUrl: subscribe_url ?? undefined,
    signature: message.signature,
    signatureVersion: message.signature_version,
    signedFields: {
      message: content,
      message_id,
      ...(type === 'Notification' && subject && { subject }),
      ...(type !== 'Notification' && subscribe_url && { subscribe_url }),
      timestamp,
      topic_urn,
      type,
    },
  };
}

function interpretNotification(message: TopicMessage, id: string): SourceEvent | readonly SourceEvent[] {
  const content = parseJson(message.content);
  const fallback = { id, deliveryId: message.id, receivedAt: message.timestamp };
  if (typeof content !== 'object' || content === null || !('cts' in content)) {
    return ignored('the message is not a trace of CTS');
  }
  const { cts } = content;
  if (!Array.isArray(cts)) return interpretTrace(cts, fallback, 'message.cts');
  if (cts.length === 0) return ignored('the message holds no trace');
  return interpretEach(cts, 'message.cts', (trace, path) => interpretTrace(trace, fallback, path));
}
