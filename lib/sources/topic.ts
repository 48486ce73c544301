import { verify, type X509Certificate } from 'node:crypto';
import * as v from 'valibot';
import { formatIssues, toIssues } from '../issues.ts';
import { parseJson } from '../json.ts';
import { verified } from './shared-secret.ts';
import {
  CertificateKeeper,
  certificateUrl,
  fetchCertificate,
  type Hosts,
  pinnedUrl,
  validatePeriod,
} from './signing-certificate.ts';
import type { Delivery, Source, Verification } from './source.ts';
import { ignored, interpretAs, type SourceEvent, unreadable } from './source-event.ts';

/**
 * Maximum difference between the signed time and now. The time is that of publishing, and a service retries for an hour.
 * A message that is replayed within it requests the same deletion again.
 */
const TOLERANCE_MS = 60 * 60 * 1000;

/** Text of one line: a line break would let a signed text be read in two ways. */
export const lineSchema = v.pipe(v.string(), v.regex(/^[^\r\n]+$/, 'a text of one line'));
/** Signature in base64. */
export const signatureSchema = v.pipe(v.string(), v.minLength(1));

/** Message of a topic: the fields that all services have, each under one name. */
export interface TopicMessage {
  readonly type: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  readonly id: string;
  readonly topic: string;
  /** Published text. */
  readonly content: string;
  readonly timestamp: string;
  readonly certificateUrl: string;
  readonly confirmUrl: string | undefined;
  readonly signature: string;
  readonly signatureVersion: string;
  /** Signed fields, by the service's names and in the order in which they are signed. */
  readonly signedFields: Readonly<Record<string, string>>;
}

/** Notification service that signs its messages with a certificate. */
export interface TopicService extends Pick<Source, 'contentType' | 'deliveryIdHeaders'> {
  readonly name: string;
  readonly typeHeader: string;
  /** Service's names of the fields that error messages mention. */
  readonly fields: Readonly<Record<'topic' | 'timestamp' | 'certificateUrl' | 'confirmUrl', string>>;
  /** Own hosts of the service, for certificates and for confirming subscriptions. */
  readonly hosts: Hosts;
  /** Paths of certificates. Other paths are of the API, whose answers could hold a stranger's text. */
  readonly certificatePaths: RegExp;
  readonly schema: v.GenericSchema<unknown, TopicMessage>;
  /** Hash of the signature; undefined if none is supported for this certificate. */
  readonly hashOf: (message: TopicMessage, certificate: X509Certificate) => string | undefined;
  /** Additional check of the address that confirms a subscription. */
  readonly confirms?: (url: URL) => boolean;
  /** Reason to reject a delivery by its headers. */
  readonly validateHeaders?: (headers: Delivery['headers']) => string | undefined;
  readonly interpret: (notification: TopicMessage, key: string) => SourceEvent | readonly SourceEvent[];
}

/**
 * Creates the source of a notification service over HTTPS. A service signs all messages of a region with the same key, so
 * only the list of topics separates them.
 */
export function createTopicSource(service: TopicService, fetch = fetchCertificate) {
  const { name, fields } = service;
  const certificates = new CertificateKeeper(fetch);

  return {
    ...service,
    routed: false,
    verifiedBy: 'topics',

    parseSecret() {
      throw new Error(`expected no secret: ${name} signs with its certificate`);
    },

    async verify(delivery, _keys, nowMs, { topics = [] }) {
      const read = parseDelivery(service, delivery);
      if ('issue' in read) return reject(read.issue);
      const { message } = read;
      if (Math.abs(nowMs - Date.parse(message.timestamp)) > TOLERANCE_MS) {
        return reject(`${fields.timestamp} is more than ${TOLERANCE_MS / 60_000} minutes away from now`);
      }
      if (!topics.includes(message.topic)) return reject(`${fields.topic} is not among the listed topics`);
      if (message.type === 'SubscriptionConfirmation' && confirmUrlOf(service, message) === undefined) {
        return reject(`${fields.confirmUrl} is not ${expectedConfirmUrl(service)}`);
      }
      const url = certificateUrl(message.certificateUrl, service.hosts, service.certificatePaths);
      if (url === undefined) {
        return reject(`${fields.certificateUrl} is not an https address of a certificate of ${name}`);
      }
      const certificate = await certificates.get(url, nowMs);
      if (certificate === undefined) return reject(`there is no certificate at ${fields.certificateUrl}`);
      const issue = validateMessage(service, message, certificate, nowMs);
      if (issue !== undefined) return reject(issue);
      certificates.trust(url);
      return verified([signedText(message)]);
    },

    interpret: (body, { key }) =>
      interpretAs(service.schema, body, '', (message): SourceEvent | readonly SourceEvent[] => {
        if (message.type === 'Notification') return service.interpret(message, key);
        if (message.type === 'UnsubscribeConfirmation')
          return ignored(`the subscription to ${message.topic} was cancelled`);
        const url = confirmUrlOf(service, message);
        if (url !== undefined) return { type: 'subscription', confirmUrl: url.href };
        return unreadable({
          path: fields.confirmUrl,
          found: 'another',
          expected: expectedConfirmUrl(service),
        });
      }),
  } satisfies Source;
}

/** Text that a service signs: each field's name and value, on a line of their own. */
export function signedText({ signedFields }: Pick<TopicMessage, 'signedFields'>): string {
  return Object.entries(signedFields)
    .map(([field, value]) => `${field}\n${value}\n`)
    .join('');
}

function reject(reason: string): Verification {
  return { verified: false, reason, stale: true };
}

function parseDelivery(
  { name, typeHeader, schema, validateHeaders }: TopicService,
  { headers, rawBody }: Delivery,
): { readonly message: TopicMessage } | { readonly issue: string } {
  const type = headers[typeHeader.toLowerCase()];
  if (type === undefined) return { issue: `no ${typeHeader} header` };
  const issue = validateHeaders?.(headers);
  if (issue !== undefined) return { issue };
  const parsed = v.safeParse(schema, parseJson(rawBody.toString('utf8')));
  if (!parsed.success) return { issue: `not a message of ${name}: ${formatIssues(toIssues(parsed.issues))}` };
  if (parsed.output.type !== type) return { issue: `${typeHeader} is not the type of the message` };
  return { message: parsed.output };
}

function confirmUrlOf({ hosts, confirms }: TopicService, { confirmUrl }: TopicMessage): URL | undefined {
  const url = pinnedUrl(confirmUrl, hosts);
  return url !== undefined && (confirms?.(url) ?? true) ? url : undefined;
}

function expectedConfirmUrl({ name }: TopicService): string {
  return `an https address of ${name} that confirms a subscription`;
}

/** Reason why a certificate doesn't verify a message; undefined if it does. */
function validateMessage(
  { hashOf }: TopicService,
  message: TopicMessage,
  certificate: X509Certificate,
  nowMs: number,
): string | undefined {
  const outdated = validatePeriod(certificate, nowMs);
  if (outdated !== undefined) return outdated;
  const { publicKey } = certificate;
  const hash = hashOf(message, certificate);
  if (hash === undefined || publicKey.asymmetricKeyType !== 'rsa') {
    return 'unsupported certificate: expected RSA with a known hash';
  }
  return verify(hash, Buffer.from(signedText(message)), publicKey, Buffer.from(message.signature, 'base64'))
    ? undefined
    : 'the signature does not fit the message';
}
