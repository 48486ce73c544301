import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Verification } from './source.ts';

const DIGEST_BYTES = 32;

// Unicode classes (\p{…}) would take a millisecond of each cold start to compile.
const INVISIBLE = /[\s\u00AD\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F]+/g;

/** Fewer can be guessed: whoever has seen one signed delivery can try secrets at home, as fast as they like. */
export const MIN_LENGTH = 16;

/** @throws {Error} if it is too short, with a message that doesn't show it. */
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

/** Whether one of the keys is this very text. */
export function equalsSecret(text: string, keys: readonly Buffer[]): boolean {
  const bytes = Buffer.from(text);
  // Every key is tried, so that the time doesn't tell which one fits.
  const equal = keys.filter((key) => key.length === bytes.length && timingSafeEqual(key, bytes));
  return equal.length > 0;
}

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

/**
 * A verification that succeeded. The digest is made only then: a forged delivery costs no further hash.
 *
 * @param content what the proof covers, in one piece or several, without what differs between two tries of one delivery.
 * @param time ISO 8601, if the time of sending is signed.
 */
export function verified(content: readonly (string | Buffer)[], time?: string): Verification {
  const digest = createHash('sha256');
  for (const part of content) digest.update(part);
  return { verified: true, signed: { key: digest.digest('hex'), ...(time !== undefined && { time }) } };
}
