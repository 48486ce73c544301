import { createHmac, timingSafeEqual } from 'node:crypto';

const DIGEST_BYTES = 32;

/**
 * Whether one of the keys makes this HMAC-SHA256 of the message.
 *
 * @param signature the digest's bytes; one of another length never fits.
 */
export function fitsHmac(signature: Buffer, message: Buffer, keys: readonly Buffer[]): boolean {
  if (signature.length !== DIGEST_BYTES) return false;
  // Every key is tried, so that the time doesn't tell which one fits.
  const fitting = keys.filter((key) =>
    timingSafeEqual(createHmac('sha256', key).update(message).digest(), signature),
  );
  return fitting.length > 0;
}
