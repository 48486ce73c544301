import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { lengthOf, MIN_LENGTH, verified } from './shared-secret.ts';
import type { Delivery, Verification } from './source.ts';

const HEADER = /^([\w!#$%&'*+.^`|~-]+):[ \t]*(.*)$/s;
const VISIBLE_ASCII = /^[!-~](?:[ -~]*[!-~])?$/;

/**
 * Key of a sender that sends no signature, but a header with a fixed value.
 *
 * @param secret `Header-Name: value`, on one line.
 * @throws {Error} with a message that doesn't show it.
 */
export function parseFixedHeader(secret: string): Buffer {
  if (secret.trim() === '') throw new Error('expected "Header-Name: value", found an empty secret');
  const [, name, rest] = HEADER.exec(secret.trim()) ?? [];
  if (name === undefined || rest === undefined) {
    throw new Error('expected "Header-Name: value", found something else');
  }
  return toHeaderKey(name, rest);
}

/**
 * Key of a sender that only sends `Authorization`, whose name may be missing in the secret.
 *
 * @throws {Error} with a message that doesn't show it.
 */
export function parseAuthorization(secret: string): Buffer {
  return toHeaderKey('authorization', secret.trim().replace(/^authorization:[ \t]*/i, ''));
}

function toHeaderKey(name: string, value: string): Buffer {
  if (value === '') throw new Error('expected a value for the header, found an empty one');
  if (!VISIBLE_ASCII.test(value)) {
    throw new Error('expected a value of one line of ASCII, as a header can hold it, found another one');
  }
  // The scheme is no secret.
  const length = lengthOf(value.replace(/^(?:basic|bearer) +/i, ''));
  if (length < MIN_LENGTH) {
    throw new Error(
      `expected at least ${MIN_LENGTH} characters, found ${length}: only the header's value authenticates the sender`,
    );
  }
  return Buffer.from(`${name.toLowerCase()}:${value}`);
}

/**
 * Verifies that the delivery has one of these headers, in a time that shows neither a value nor its length. The body counts
 * as signed, since nothing else authenticates it.
 */
export function verifyFixedHeader({ headers, rawBody }: Delivery, keys: readonly Buffer[]): Verification {
  const random = randomBytes(32);
  const digest = (text: string) => createHmac('sha256', random).update(text).digest();
  const sent = keys.map((key) => {
    const [name = ''] = key.toString().split(':', 1);
    return { name, key, value: headers[name] };
  });
  // The name is a part of the secret: the reason doesn't contain it, and a newer secret may have another one.
  if (sent.every(({ value }) => value === undefined)) {
    return { verified: false, reason: 'the configured header is missing' };
  }
  // Every key is compared, so that the time doesn't show which one fits.
  const fitting = sent.filter(({ name, key, value }) =>
    timingSafeEqual(digest(`${name}:${value ?? ''}`), digest(key.toString())),
  );
  return fitting.length > 0
    ? verified([rawBody])
    : { verified: false, reason: 'the configured header fits none of the stored secrets' };
}
