import type { MiddlewareObj } from '@middy/core';
import { CERTIFICATE_UNAVAILABLE, ServiceError } from '../failure.ts';
import { hasTooManyValues, MAX_JSON_VALUES } from '../json.ts';
import type { Log } from '../log.ts';
import type { Delivery, Verification } from '../sources/source.ts';
import type { ConfiguredSource } from './configured-source.ts';
import { bodyBytesOf, type HttpAnswer, readHttpRequest, type WebhookEvent } from './http-event.ts';
import { Problem } from './problem.ts';

const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Middleware that accepts only deliveries of configured sources, signed over the bytes of the body. It precedes the body
 * parser, which gets exactly the bytes that were verified: headers about their encoding are not signed.
 *
 * @param nowMs current time for signed times.
 * @throws {Problem} 404, 405, 413, 401, 422 for too many JSON values, 429 while no further certificate may be fetched, 503
 *   while the source's secret can't be read.
 */
export function verifyDelivery(
  sources: ReadonlyMap<string, ConfiguredSource>,
  log: Log,
  nowMs: () => number = Date.now,
): MiddlewareObj<WebhookEvent, HttpAnswer> {
  return {
    async before({ event }) {
      const request = readHttpRequest(event);
      const { sourceName: name, method, headers } = request;
      const from = sources.get(name);
      if (from === undefined) throw new Problem(404, 'Unknown source. Send to /webhooks/SOURCE.');
      if (method !== 'POST') {
        throw new Problem(405, 'Send events by POST.', { headers: { Allow: 'POST' } });
      }
      const bytes = bodyBytesOf(event);
      const deliveryId = from.deliveryIdOf(headers);
      log.info('received', { source: name, deliveryId, bytes });
      if (bytes > MAX_BODY_BYTES) {
        throw new Problem(413, `The body has ${bytes} bytes, more than ${MAX_BODY_BYTES}.`);
      }
      const startedAt = Date.now();
      const delivery = { headers, rawBody: request.rawBody };
      const verification = await verify(from, delivery, nowMs());
      if (!verification.verified) {
        const { reason } = verification;
        throw new Problem(401, `Signature verification failed for source ${name}: ${reason}.`);
      }
      const expected = from.isExpected ? { expected: true } : {};
      log.info('verified', { source: name, deliveryId, ms: Date.now() - startedAt, ...expected });
      const text = delivery.rawBody.toString('utf8');
      if (hasTooManyValues(text)) {
        throw new Problem(422, `The body has more than ${MAX_JSON_VALUES} JSON values.`);
      }
      event.verified = { from, signed: verification.signed, deliveryId, answersTo: { ...event } };
      event.body = text;
      event.isBase64Encoded = false;
      // The body parser reads the content type here, for every kind of event.
      event.headers =
        from.source.contentType === 'any' ? { ...headers, 'content-type': 'application/json' } : headers;
    },
  };
}

async function verify(from: ConfiguredSource, delivery: Delivery, nowMs: number): Promise<Verification> {
  try {
    return await from.verify(delivery, nowMs);
  } catch (cause) {
    const detail = 'The signature can not be verified now. Redeliver the event.';
    // The sender chose the address of an unknown certificate, so this is no failure of the service. SNS retries after a 429.
    const isLimited = cause instanceof ServiceError && cause.failure.code === CERTIFICATE_UNAVAILABLE;
    throw new Problem(isLimited ? 429 : 503, detail, { headers: { 'Retry-After': '30' }, cause });
  }
}
