import { createHmac, timingSafeEqual } from 'node:crypto';

const DIGEST_BYTES = 32;

/**
 * Whether one of the keys makes one of these HMAC-SHA256 signatures of a message. The message is hashed once per key,
 * however many signatures there are.
 *
 * @param message in parts, so that nobody has to copy a large body.
 * @param signatures the digests' bytes; one of another length never fits.
 */
export function fitsHmac(
  signatures: readonly Buffer[],
  message: readonly (Buffer | string)[],
  keys: readonly Buffer[],
): boolean {
  const offered = signatures.filter(({ length }) => length === DIGEST_BYTES);
  if (offered.length === 0) return false;
  // Every pair is compared, so that the time doesn't tell which one fits.
  const fitting = keys.map((key) => {
    const digest = digestOf(message, key);
    return offered.filter((signature) => timingSafeEqual(digest, signature)).length;
  });
  return fitting.some((count) => count > 0);
}

function digestOf(message: readonly (Buffer | string)[], key: Buffer): Buffer {
  const hmac = createHmac('sha256', key);
  for (const part of message) hmac.update(part);
  return hmac.digest();
}
