import { verify, type X509Certificate } from 'node:crypto';
import * as v from 'valibot';
import { timestampSchema } from '../cleanup/request.ts';
import { validatePeriod } from './signing-certificate.ts';

/**
 * SMN's own hosts. The region has to look like one: `smn.obs.myhuaweicloud.com` would be a bucket that anybody may own.
 */
export const SMN_HOSTS = /^smn\.[a-z]{2}-[a-z]+-\d{1,3}\.myhuaweicloud\.(?:com|eu)$/;

/** By what a certificate says of its own signature: SMN signs with the algorithm that its certificate is signed with. */
const HASHES: ReadonlyMap<string | undefined, string> = new Map([
  ['sha256WithRSAEncryption', 'sha256'],
  ['sha384WithRSAEncryption', 'sha384'],
  ['sha512WithRSAEncryption', 'sha512'],
]);

const line = v.pipe(v.string(), v.regex(/^[^\r\n]+$/, 'a text of one line'));

const smnMessageSchema = v.object({
  type: v.picklist(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  signature: v.pipe(v.string(), v.minLength(1)),
  signature_version: v.pipe(v.string(), v.regex(/^v1$/i, '"v1"')),
  topic_urn: line,
  message_id: line,
  message: v.string(),
  timestamp: timestampSchema,
  signing_cert_url: line,
  subject: v.nullish(v.union([line, v.literal('')])),
  subscribe_url: v.nullish(line),
});

export type SmnMessage = v.InferOutput<typeof smnMessageSchema>;

export function parseSmnMessage(body: unknown): v.SafeParseResult<typeof smnMessageSchema> {
  return v.safeParse(smnMessageSchema, body);
}

/** The text that SMN signs. Source: SMN user guide, "Message Signature Verification". */
export function stringToSign(message: SmnMessage): string {
  const { type } = message;
  const signed = {
    message: message.message,
    message_id: message.message_id,
    ...(type === 'Notification' && message.subject && { subject: message.subject }),
    ...(type !== 'Notification' && message.subscribe_url && { subscribe_url: message.subscribe_url }),
    timestamp: message.timestamp,
    topic_urn: message.topic_urn,
    type,
  };
  return Object.entries(signed)
    .map(([key, value]) => `${key}\n${value}\n`)
    .join('');
}

/** Says why the certificate doesn't prove the message; undefined where it does. */
export function validateSignature(
  message: SmnMessage,
  certificate: X509Certificate,
  nowMs: number,
): string | undefined {
  const outdated = validatePeriod(certificate, nowMs);
  if (outdated !== undefined) return outdated;
  const { publicKey, signatureAlgorithm } = certificate;
  const hash = HASHES.get(signatureAlgorithm);
  if (hash === undefined || publicKey.asymmetricKeyType !== 'rsa') {
    return 'the certificate is not one of RSA with SHA-2';
  }
  const signature = Buffer.from(message.signature, 'base64');
  return verify(hash, Buffer.from(stringToSign(message)), publicKey, signature)
    ? undefined
    : 'the signature does not fit the message';
}
