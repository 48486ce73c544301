import { fitsHmac, verified } from './shared-secret.ts';
import type { Delivery, Verification } from './source.ts';

/** Specification's tolerance for the signed time, in both directions. */
const TOLERANCE_SECONDS = 5 * 60;
const KEY_BYTES = { min: 24, max: 64 };
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** Maximum number of signatures. A sender has one, and a second one while it rotates its key. */
const MAX_SIGNATURES = 10;
/** Base64 of 32 bytes. */
const SIGNATURE = /^[A-Za-z0-9+/]{43}=?$/;

/**
 * Key in a secret of Standard Webhooks, whose prefix may be missing.
 *
 * @throws {Error} if the secret has another form, with a message that doesn't show it.
 */
export function parseSigningSecret(secret: string): Buffer {
  const base64 = secret.trim().replace(/^whsec_/, '');
  const key = Buffer.from(BASE64.test(base64) ? base64 : '', 'base64');
  if (key.length < KEY_BYTES.min || key.length > KEY_BYTES.max) {
    throw new Error(
      `expected whsec_ and the base64 of ${KEY_BYTES.min} to ${KEY_BYTES.max} bytes, found ${key.length} bytes`,
    );
  }
  return key;
}

/**
 * Verifies a recent signature of Standard Webhooks 1.0.0 (symmetric). The key of the delivery leaves the time out: a sender
 * that retries keeps the id and signs a new time.
 */
export function verifyStandardSignature(
  delivery: Delivery,
  keys: readonly Buffer[],
  nowMs: number,
): Verification {
  const rejection = rejectStandardSignature(delivery, keys, nowMs);
  if (rejection !== undefined) return rejection;
  const { 'webhook-id': id = '', 'webhook-timestamp': timestamp } = delivery.headers;
  const time = new Date(Number(timestamp) * 1000).toISOString();
  return verified([`${id}\n`, delivery.rawBody], time);
}

/** Reason to reject a signature of Standard Webhooks; undefined if it is right. */
export function rejectStandardSignature(
  { headers, rawBody }: Delivery,
  keys: readonly Buffer[],
  nowMs: number,
): Verification | undefined {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (!id || !timestamp || !signatures) {
    const reason = 'webhook-id, webhook-timestamp or webhook-signature is missing';
    return { verified: false, reason, stale: true };
  }
  if (!/^\d{1,12}$/.test(timestamp)) {
    return { verified: false, reason: 'webhook-timestamp is not in seconds since 1970', stale: true };
  }
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) {
    const reason = `webhook-timestamp is more than ${TOLERANCE_SECONDS} seconds away from now`;
    return { verified: false, reason, stale: true };
  }
  // Signatures of other versions, such as v1a for asymmetric keys, are ignored.
  const offered = signatures.split(' ').filter((signature) => signature.startsWith('v1,'));
  if (offered.length > MAX_SIGNATURES) {
    const reason = `webhook-signature has ${offered.length} v1 signatures, more than ${MAX_SIGNATURES}`;
    return { verified: false, reason, stale: true };
  }
  const readable = offered
    .map((signature) => signature.slice('v1,'.length))
    .filter((base64) => SIGNATURE.test(base64))
    .map((base64) => Buffer.from(base64, 'base64'));
  if (readable.length === 0) {
    const reason = 'webhook-signature has no "v1," followed by the base64 of 32 bytes';
    return { verified: false, reason, stale: true };
  }
  return fitsHmac(readable, [`${id}.${timestamp}.`, rawBody], keys)
    ? undefined
    : { verified: false, reason: 'webhook-signature fits none of the stored secrets' };
}
