import { verify, type X509Certificate } from 'node:crypto';
import * as v from 'valibot';
import { timestampSchema } from '../cleanup/request.ts';
import { certificateUrl, pinnedUrl, validatePeriod } from './signing-certificate.ts';

/**
 * SNS's own hosts. The region has to look like one: `sns.s3-eu-west-1.amazonaws.com` is a bucket that anybody may own.
 */
const SNS_HOSTS = /^sns\.[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}\.amazonaws\.com(?:\.cn)?$/;

/**
 * By version. A topic has version 1 unless its owner asks for 2. That it is SHA-1 helps no forger: a collision can only
 * be made of what a publisher chooses, and the signed text goes on with an id and ends in the topic.
 */
const HASHES = { '1': 'sha1', '2': 'sha256' } as const;

const line = v.pipe(v.string(), v.regex(/^[^\r\n]+$/, 'a text of one line'));

const common = {
  MessageId: line,
  TopicArn: line,
  Message: v.string(),
  Timestamp: timestampSchema,
  SignatureVersion: v.picklist(['1', '2']),
  Signature: v.pipe(v.string(), v.minLength(1)),
  SigningCertURL: line,
};
const control = { ...common, SubscribeURL: line, Token: line };

const snsMessageSchema = v.variant('Type', [
  v.object({ ...common, Type: v.literal('Notification'), Subject: v.nullish(line) }),
  v.object({ ...control, Type: v.literal('SubscriptionConfirmation') }),
  v.object({ ...control, Type: v.literal('UnsubscribeConfirmation') }),
]);

export type SnsMessage = v.InferOutput<typeof snsMessageSchema>;
export type SnsNotification = Extract<SnsMessage, { Type: 'Notification' }>;

export function parseSnsMessage(body: unknown): v.SafeParseResult<typeof snsMessageSchema> {
  return v.safeParse(snsMessageSchema, body);
}

/** The text that SNS signs. Source: SNS developer guide, "Verifying the signatures of Amazon SNS messages". */
export function stringToSign(message: SnsMessage): string {
  const { Message, MessageId, Timestamp, TopicArn, Type } = message;
  // The keys stand in the order of the alphabet.
  const signed =
    Type === 'Notification'
      ? { Message, MessageId, ...subjectOf(message), Timestamp, TopicArn, Type }
      : {
          Message,
          MessageId,
          SubscribeURL: message.SubscribeURL,
          Timestamp,
          Token: message.Token,
          TopicArn,
          Type,
        };
  return Object.entries(signed)
    .map(([key, value]) => `${key}\n${value}\n`)
    .join('');
}

function subjectOf({ Subject }: SnsNotification): { readonly Subject?: string } {
  return Subject === undefined || Subject === null ? {} : { Subject };
}

/** Where the certificate lies, if that is a file of SNS. */
export function certificateUrlOf({ SigningCertURL }: SnsMessage): URL | undefined {
  return certificateUrl(SigningCertURL, SNS_HOSTS, /^\/[\w-]+\.pem$/);
}

/** The address that confirms a subscription, if it is one of SNS that does this and nothing else. */
export function confirmUrlOf({ SubscribeURL }: { readonly SubscribeURL: string }): URL | undefined {
  const url = pinnedUrl(SubscribeURL, SNS_HOSTS);
  const actions = url?.searchParams.getAll('Action') ?? [];
  return actions.length === 1 && actions[0] === 'ConfirmSubscription' ? url : undefined;
}

/** Says why the certificate doesn't prove the message; undefined where it does. */
export function validateSignature(
  message: SnsMessage,
  certificate: X509Certificate,
  nowMs: number,
): string | undefined {
  const outdated = validatePeriod(certificate, nowMs);
  if (outdated !== undefined) return outdated;
  const { publicKey } = certificate;
  if (publicKey.asymmetricKeyType !== 'rsa') return 'the certificate is not one of RSA';
  const text = Buffer.from(stringToSign(message));
  return verify(HASHES[message.SignatureVersion], text, publicKey, Buffer.from(message.Signature, 'base64'))
    ? undefined
    : 'the signature does not fit the message';
}
