import { fitsHmac } from './hmac.ts';
import { verified } from './signed.ts';
import type { Delivery, Verification } from './source.ts';

/** The specification's tolerance for the signed time, in both directions. */
const TOLERANCE_SECONDS = 5 * 60;
const KEY_BYTES = { min: 24, max: 64 };
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * The key in a secret as Standard Webhooks writes it; its prefix may be missing.
 *
 * @throws {Error} if it is not one, with a message that doesn't show it.
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
 * Whether a delivery is signed the way of Standard Webhooks 1.0.0 (symmetric), not long ago, with one of the keys. Its key
 * leaves the time out: a sender that tries again keeps the id, and signs a new time.
 */
export function verifyStandardSignature(
  delivery: Delivery,
  keys: readonly Buffer[],
  nowMs: number,
): Verification {
  const refusal = refuseStandardSignature(delivery, keys, nowMs);
  if (refusal !== undefined) return refusal;
  const { 'webhook-id': id = '', 'webhook-timestamp': timestamp } = delivery.headers;
  const time = new Date(Number(timestamp) * 1000).toISOString();
  return verified([`${id}\n`, delivery.rawBody], time);
}

/** Why a delivery is not signed the way of Standard Webhooks; undefined where it is. */
export function refuseStandardSignature(
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
  const message = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), rawBody]);
  const fitting = signatures
    .split(' ')
    // Versions that are not known, such as v1a for asymmetric keys, may stand beside it.
    .filter((signature) => signature.startsWith('v1,'))
    .some((signature) => fitsHmac(Buffer.from(signature.slice('v1,'.length), 'base64'), message, keys));
  return fitting
    ? undefined
    : { verified: false, reason: 'webhook-signature fits none of the stored secrets' };
}
