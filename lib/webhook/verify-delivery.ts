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
 * Middleware that lets nothing pass but a delivery of a configured source, signed over the bytes of its body. It has to
 * come before the body parser, which gets the very bytes that were verified: whatever says how they are encoded is not signed.
 *
 * @param nowMs against which signed times are checked.
 *
 * Problems thrown: 404, 405, 413, 401, 422 for too many JSON values, 429 while no further certificate may be fetched, 503
 * while the source's secret can't be read.
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
      if (from === undefined)
        throw new Problem(404, 'There is no such source. Its address is /webhooks/SOURCE.');
      if (method !== 'POST') {
        throw new Problem(405, 'Events are taken by POST only.', { headers: { Allow: 'POST' } });
      }
      const bytes = bodyBytesOf(event);
      const deliveryId = from.deliveryIdOf(headers);
      log.info('received', { source: name, deliveryId, bytes });
      if (bytes > MAX_BODY_BYTES) {
        throw new Problem(413, `The body has ${bytes} bytes; ${MAX_BODY_BYTES} is the most.`);
      }
      const startedAt = Date.now();
      const delivery = { headers, rawBody: request.rawBody };
      const verification = await verify(from, delivery, nowMs());
      if (!verification.verified) {
        throw new Problem(401, `Nothing proves that ${name} sent this: ${verification.reason}.`);
      }
      log.info('verified', { source: name, deliveryId, ms: Date.now() - startedAt });
      const text = delivery.rawBody.toString('utf8');
      if (hasTooManyValues(text)) {
        throw new Problem(422, `The body has more JSON values than ${MAX_JSON_VALUES}.`);
      }
      event.verified = { from, signed: verification.signed, deliveryId, answersTo: { ...event } };
      event.body = text;
      event.isBase64Encoded = false;
      // Where the body parser looks for the content type, whoever passed the request on.
      event.headers =
        from.source.contentType === 'any' ? { ...headers, 'content-type': 'application/json' } : headers;
    },
  };
}

async function verify(from: ConfiguredSource, delivery: Delivery, nowMs: number): Promise<Verification> {
  try {
    return await from.verify(delivery, nowMs);
  } catch (cause) {
    const detail = 'The signature can not be checked at the moment. Send the event again.';
    // The sender chose the address of a certificate that isn't known, so this is no failure of the service. SNS repeats a 429.
    const isLimited = cause instanceof ServiceError && cause.failure.code === CERTIFICATE_UNAVAILABLE;
    throw new Problem(isLimited ? 429 : 503, detail, { headers: { 'Retry-After': '30' }, cause });
  }
}
