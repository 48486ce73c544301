import { faultsOf, formatFaults } from '../issues.ts';
import { parseJson } from '../json.ts';
import { verified } from './signed.ts';
import { CertificateKeeper, type FetchCertificate, fetchCertificate } from './signing-certificate.ts';
import { interpretSnsNotification } from './sns-notification.ts';
import {
  certificateUrlOf,
  confirmUrlOf,
  faultOfSignature,
  parseSnsMessage,
  type SnsMessage,
  stringToSign,
} from './sns-signature.ts';
import type { Delivery, Signed, Source, SourceOptions, Verification } from './source.ts';
import type { Meaning } from './source-event.ts';

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
    provedBy: 'topics',
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
      if ('fault' in read) return refuse(read.fault);
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
      const fault = faultOfSignature(message, certificate, nowMs);
      if (fault !== undefined) return refuse(fault);
      certificates.prove(url);
      return verified([stringToSign(message)]);
    },

    interpret(body: unknown, signed: Signed): Meaning {
      const parsed = parseSnsMessage(body);
      if (!parsed.success) return { type: 'unreadable', faults: faultsOf(parsed.issues) };
      const message = parsed.output;
      if (message.Type === 'Notification') return interpretSnsNotification(message, signed.key);
      if (message.Type === 'UnsubscribeConfirmation') {
        return { type: 'ignored', reason: `the subscription to ${message.TopicArn} was cancelled` };
      }
      const url = confirmUrlOf(message);
      if (url !== undefined) return { type: 'subscription', confirmUrl: url.href };
      const expected = 'an https address of SNS that confirms a subscription';
      return { type: 'unreadable', faults: [{ path: 'SubscribeURL', found: 'another', expected }] };
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
}: Delivery): { readonly message: SnsMessage } | { readonly fault: string } {
  const type = headers['x-amz-sns-message-type'];
  if (type === undefined) return { fault: 'no x-amz-sns-message-type header' };
  if (headers['x-amz-sns-rawdelivery'] === 'true') {
    return { fault: 'raw message delivery has no signature: switch it off for this subscription' };
  }
  const parsed = parseSnsMessage(parseJson(rawBody.toString('utf8')));
  if (!parsed.success) return { fault: `not a message of SNS: ${formatFaults(faultsOf(parsed.issues))}` };
  if (parsed.output.Type !== type) return { fault: 'x-amz-sns-message-type is not the type of the message' };
  return { message: parsed.output };
}
