import { formatIssues, toIssues } from '../issues.ts';
import { parseJson } from '../json.ts';
import { interpretTrace } from './cts-trace.ts';
import { verified } from './shared-secret.ts';
import {
  CertificateKeeper,
  certificateUrl,
  type FetchCertificate,
  fetchCertificate,
  pinnedUrl,
} from './signing-certificate.ts';
import {
  parseSmnMessage,
  SMN_HOSTS,
  type SmnMessage,
  stringToSign,
  validateSignature,
} from './smn-signature.ts';
import type { Delivery, Signed, Source, SourceOptions, Verification } from './source.ts';
import { interpretEach, type SourceEvent } from './source-event.ts';

/**
 * How far the signed time may be from now. It says when SMN sent the message first, and SMN sends it again where that
 * failed; what a stranger plays back within the hour asks for nothing but the same deletion once more.
 */
const TOLERANCE_MS = 60 * 60 * 1000;
/** Other paths of the host are of its API, whose answers could hold what a stranger wrote. */
const CERTIFICATE_PATHS = /^\/smn\/\w[\w.-]*\.pem$/;

interface HuaweiSmnOptions {
  /** Which hosts may give out the certificate, and be called to confirm a subscription. */
  readonly certificateHosts?: RegExp;
  readonly fetchCertificate?: FetchCertificate;
}

/**
 * SMN (Simple Message Notification) of Huawei Cloud, over HTTPS: the traces of SWR that CTS publishes on a topic.
 * Everybody's messages in a region are signed with the same key, so that only the list of topics tells whose they are.
 * Source: SMN user guide, "HTTP or HTTPS Message Format" and "Message Signature Verification".
 */
export function createHuaweiSmn(options: HuaweiSmnOptions = {}) {
  const hosts = options.certificateHosts ?? SMN_HOSTS;
  const certificates = new CertificateKeeper(options.fetchCertificate ?? fetchCertificate);

  return {
    routed: false,
    verifiedBy: 'topics',
    deliveryIdHeaders: ['x-smn-message-id'],

    parseSecret(): Buffer {
      throw new Error('expected no secret: SMN signs with its certificate');
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
      if (Math.abs(nowMs - Date.parse(message.timestamp)) > TOLERANCE_MS) {
        return refuse(`timestamp is more than ${TOLERANCE_MS / 60_000} minutes away from now`);
      }
      if (!topics.includes(message.topic_urn)) return refuse('topic_urn is not among the listed topics');
      const { type, subscribe_url: confirmUrl } = message;
      if (type === 'SubscriptionConfirmation' && pinnedUrl(confirmUrl, hosts) === undefined) {
        return refuse('subscribe_url is not an https address of SMN');
      }
      const url = certificateUrl(message.signing_cert_url, hosts, CERTIFICATE_PATHS);
      if (url === undefined) return refuse("signing_cert_url is not an https address of SMN's certificates");

      const certificate = await certificates.get(url, nowMs);
      if (certificate === undefined) return refuse('there is no certificate at signing_cert_url');
      const issue = validateSignature(message, certificate, nowMs);
      if (issue !== undefined) return refuse(issue);
      certificates.prove(url);
      return verified([stringToSign(message)]);
    },

    interpret(body: unknown, signed: Signed): SourceEvent | readonly SourceEvent[] {
      const parsed = parseSmnMessage(body);
      if (!parsed.success) return { type: 'unreadable', issues: toIssues(parsed.issues) };
      const message = parsed.output;
      if (message.type === 'Notification') return interpretNotification(message, signed.key);
      if (message.type === 'UnsubscribeConfirmation') {
        return { type: 'ignored', reason: `the subscription to ${message.topic_urn} was cancelled` };
      }
      const url = pinnedUrl(message.subscribe_url, hosts);
      if (url !== undefined) return { type: 'subscription', confirmUrl: url.href };
      const expected = 'an https address of SMN';
      return { type: 'unreadable', issues: [{ path: 'subscribe_url', found: 'another', expected }] };
    },
  } satisfies Source;
}

export const huaweiSmn = createHuaweiSmn();

function refuse(reason: string): Verification {
  return { verified: false, reason, stale: true };
}

function readDelivery({
  headers,
  rawBody,
}: Delivery): { readonly message: SmnMessage } | { readonly issue: string } {
  const type = headers['x-smn-message-type'];
  if (type === undefined) return { issue: 'no X-SMN-Message-Type header' };
  const parsed = parseSmnMessage(parseJson(rawBody.toString('utf8')));
  if (!parsed.success) return { issue: `not a message of SMN: ${formatIssues(toIssues(parsed.issues))}` };
  if (parsed.output.type !== type) return { issue: 'X-SMN-Message-Type is not the type of the message' };
  return { message: parsed.output };
}

function interpretNotification(notification: SmnMessage, id: string): SourceEvent | readonly SourceEvent[] {
  const content = parseJson(notification.message);
  const { message_id: deliveryId, timestamp: receivedAt } = notification;
  const fallback = { id, deliveryId, receivedAt };
  if (typeof content !== 'object' || content === null || !('cts' in content)) {
    return { type: 'ignored', reason: 'the message is not a trace of CTS' };
  }
  const { cts } = content;
  if (!Array.isArray(cts)) return interpretTrace(cts, fallback, 'message.cts');
  if (cts.length === 0) return { type: 'ignored', reason: 'the message holds no trace' };
  return interpretEach(cts, 'message.cts', (trace, path) => interpretTrace(trace, fallback, path));
}
