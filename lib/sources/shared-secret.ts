import { timingSafeEqual } from 'node:crypto';
import { fitsHmac } from './hmac.ts';
import { verified } from './signed.ts';
import type { Delivery, Verification } from './source.ts';

const HEX_DIGEST = /^[0-9a-f]{64}$/i;
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
 * Whether a header holds the HMAC-SHA256 of the body in hexadecimal digits.
 *
 * @param name as the sender's documentation writes it.
 * @param prefix before the digits.
 */
export function verifyHexSignature(
  { headers, rawBody }: Delivery,
  keys: readonly Buffer[],
  name: string,
  prefix: '' | 'sha256=',
): Verification {
  const header = headers[name.toLowerCase()];
  if (header === undefined) return { verified: false, reason: `no ${name} header`, stale: true };
  const hex = header.slice(prefix.length);
  if (!(header.startsWith(prefix) && HEX_DIGEST.test(hex))) {
    const form = prefix === '' ? '64 hex digits' : `${prefix} and 64 hex digits`;
    return { verified: false, reason: `${name} is not ${form}`, stale: true };
  }
  return fitsHmac([Buffer.from(hex, 'hex')], [rawBody], keys)
    ? verified([rawBody])
    : { verified: false, reason: `${name} fits none of the stored secrets` };
}
