import { createHash } from 'node:crypto';
import * as fc from 'fast-check';

export const RECEIVED_AT = '2026-11-24T03:00:00.000Z';

/** A name that everybody can have. */
export const word = fc.stringMatching(/^[a-z][a-z0-9]{0,20}$/);

/** Names with slashes between them. */
export const path = pathOf({ minLength: 1, maxLength: 4 });

export function pathOf(length: { readonly minLength: number; readonly maxLength: number }) {
  return fc.array(word, length).map((parts) => parts.join('/'));
}

/** Any code point but a half of a pair. The unit `binary` of fast-check is the same, and takes a second to prepare. */
const codePoint = fc
  .integer({ min: 0, max: 0x10ffff - 0x800 })
  .map((index) => String.fromCodePoint(index < 0xd800 ? index : index + 0x800));

/** Text of any code points. */
export const anyCodePoints = fc.string({ unit: codePoint });

/** Bytes by chance: from one number, since one number per byte takes longer than most properties. */
export function bytesOf(length: { readonly min: number; readonly max: number }): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.integer(length), fc.nat())
    .map(([outputLength, seed]) => createHash('shake256', { outputLength }).update(`${seed}`).digest());
}

/** Any text at all, also such as no keyboard has. */
export const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  anyCodePoints,
  fc.constantFrom('', ' ', '..', '/', '__proto__', 'constructor', '\0', '\u2028', '\uD800'),
);

export const time = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') })
  .map((date) => date.toISOString());

const target = fc.record({ remoteRegionId: word, remoteNamespace: word });

/** A cleanup request as a sender may write it: only the namespace is required. */
export const request = fc.record(
  {
    version: fc.constant(1 as const),
    id: word,
    source: word,
    occurredAt: time,
    account: word,
    namespace: word,
    repository: path,
    sourceRepository: path,
    offset: fc.nat(),
    targets: fc.array(target, { minLength: 1, maxLength: 5 }),
  },
  { requiredKeys: ['namespace'] },
);

/** A value as it is after it has been sent. */
export function sent(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
