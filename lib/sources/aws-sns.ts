import { formatIssues, toIssues } from '../issues.ts';
import { parseJson } from '../json.ts';
import { verified } from './shared-secret.ts';
import { CertificateKeeper, type FetchCertificate, fetchCertificate } from './signing-certificate.ts';
import { interpretSnsNotification } from './sns-notification.ts';
import {
  certificateUrlOf,
  confirmUrlOf,
  parseSnsMessage,
  type SnsMessage,
  stringToSign,
  validateSignature,
} from './sns-signature.ts';
import type { Delivery, Signed, Source, SourceOptions, Verification } from './source.ts';
import type { SourceEvent } from './source-event.ts';

/** How far the signed time may be from now. It says when the message was published; SNS tries for an hour at most. */
const TOLERANCE_MS = 60 * 60 * 1000;

/**
 * SNS (Simple Notification Service) of AWS, over HTTPS and not raw. Everybody's messages in a region are signed with the
 * same key, so that only the list of topics tells whose they are.
 * Source: SNS developer guide, "Fanout Amazon SNS notifications to HTTPS endpoints".
 */
export function createAwsSns(fetch: FetchCertificate = fetchCertificate) {
  const certificates = new CertificateKeeper(fetch);

  return {
    routed: false,
    verifiedBy: 'topics',
    deliveryIdHeaders: ['x-amz-sns-message-id'],
    contentType: 'any',

    parseSecret(): Buffer {
      throw new Error('expected no secret: SNS signs with its certificate');
    },

    async verify(
      delivery: Delivery,
      _keys: readonly Buffer[],
      nowMs: number,
      { topics = [] }: SourceOptions,
    ): Promise<Verification> {
      const read = readDelivery(delivery);
      if ('issue' in read) return refuse(read.issue);
      const { message } = read;
      if (Math.abs(nowMs - Date.parse(message.Timestamp)) > TOLERANCE_MS) {
        return refuse(`Timestamp is more than ${TOLERANCE_MS / 60_000} minutes away from now`);
      }
      if (!topics.includes(message.TopicArn)) return refuse('TopicArn is not among the listed topics');
      if (message.Type === 'SubscriptionConfirmation' && confirmUrlOf(message) === undefined) {
        return refuse('SubscribeURL is not an https address of SNS that confirms a subscription');
      }
      const url = certificateUrlOf(message);
      if (url === undefined) return refuse('SigningCertURL is not an https address of a certificate of SNS');

      const certificate = await certificates.get(url, nowMs);
      if (certificate === undefined) return refuse('there is no certificate at SigningCertURL');
      const issue = validateSignature(message, certificate, nowMs);
      if (issue !== undefined) return refuse(issue);
      certificates.prove(url);
      return verified([stringToSign(message)]);
    },

    interpret(body: unknown, signed: Signed): SourceEvent {
      const parsed = parseSnsMessage(body);
      if (!parsed.success) return { type: 'unreadable', issues: toIssues(parsed.issues) };
      const message = parsed.output;
      if (message.Type === 'Notification') return interpretSnsNotification(message, signed.key);
      if (message.Type === 'UnsubscribeConfirmation') {
        return { type: 'ignored', reason: `the subscription to ${message.TopicArn} was cancelled` };
      }
      const url = confirmUrlOf(message);
      if (url !== undefined) return { type: 'subscription', confirmUrl: url.href };
      const expected = 'an https address of SNS that confirms a subscription';
      return { type: 'unreadable', issues: [{ path: 'SubscribeURL', found: 'another', expected }] };
    },
  } satisfies Source;
}

export const awsSns = createAwsSns();

function refuse(reason: string): Verification {
  return { verified: false, reason, stale: true };
}

function readDelivery({
  headers,
  rawBody,
}: Delivery): { readonly message: SnsMessage } | { readonly issue: string } {
  const type = headers['x-amz-sns-message-type'];
  if (type === undefined) return { issue: 'no x-amz-sns-message-type header' };
  if (headers['x-amz-sns-rawdelivery'] === 'true') {
    return { issue: 'raw message delivery has no signature: switch it off for this subscription' };
  }
  const parsed = parseSnsMessage(parseJson(rawBody.toString('utf8')));
  if (!parsed.success) return { issue: `not a message of SNS: ${formatIssues(toIssues(parsed.issues))}` };
  if (parsed.output.Type !== type) return { issue: 'x-amz-sns-message-type is not the type of the message' };
  return { message: parsed.output };
}
