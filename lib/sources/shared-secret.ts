import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Verification } from './source.ts';

const DIGEST_BYTES = 32;

// Unicode classes (\p{…}) would take a millisecond of each cold start to compile.
const INVISIBLE = /[\s\u00AD\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F]+/g;

/** Minimum length in characters. Shorter secrets can be guessed offline with the signature of one delivery. */
export const MIN_LENGTH = 16;

/**
 * Key of a secret that is used as it is.
 *
 * @throws {Error} if it is too short, with a message that doesn't show it.
 */
export function parseSharedSecret(secret: string): Buffer {
  if (secret.trim() === '') throw new Error('expected a secret, found an empty one');
  const length = lengthOf(secret);
  if (length < MIN_LENGTH) {
    throw new Error(`expected at least ${MIN_LENGTH} characters, found ${length}`);
  }
  return Buffer.from(secret);
}

/** Length of a secret in characters; a run of white space and of characters without a width counts as one. */
export function lengthOf(secret: string): number {
  return Array.from(secret.replaceAll(INVISIBLE, ' ').trim()).length;
}

/** Says whether one of the keys is equal to a text. */
export function equalsSecret(text: string, keys: readonly Buffer[]): boolean {
  const bytes = Buffer.from(text);
  // Every key is compared, so that the time doesn't show which one fits.
  const equal = keys.filter((key) => key.length === bytes.length && timingSafeEqual(key, bytes));
  return equal.length > 0;
}

/**
 * Says whether one of the keys makes one of these HMAC-SHA256 signatures of a message. The message is hashed once per
 * key, however many signatures there are.
 *
 * @param message in parts, so that a large body isn't copied.
 * @param signatures the digests' bytes; one of another length never fits.
 */
export function fitsHmac(
  signatures: readonly Buffer[],
  message: readonly (Buffer | string)[],
  keys: readonly Buffer[],
): boolean {
  const offered = signatures.filter(({ length }) => length === DIGEST_BYTES);
  if (offered.length === 0) return false;
  // Every pair is compared, so that the time doesn't show which one fits.
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

/**
 * Successful verification. The digest is computed only then: a forged delivery costs no further hash.
 *
 * @param content signed content in one or several parts, without the parts that differ between two tries of one delivery.
 * @param time ISO 8601, if the time of sending is signed.
 */
export function verified(content: readonly (string | Buffer)[], time?: string): Verification {
  const digest = createHash('sha256');
  for (const part of content) digest.update(part);
  return { verified: true, signed: { key: digest.digest('hex'), ...(time !== undefined && { time }) } };
}
