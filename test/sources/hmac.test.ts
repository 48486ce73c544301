import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { fitsHmac } from '../../lib/sources/shared-secret.ts';

const message = Buffer.from('a message');
const parts = ['a ', Buffer.from('message')];
const [one, other] = [Buffer.from('one'), Buffer.from('other')];
const signature = createHmac('sha256', one).update(message).digest();

test.each([
  { why: 'the key', keys: [one], fits: true },
  { why: 'one of several keys', keys: [other, one], fits: true },
  { why: 'another key', keys: [other], fits: false },
  { why: 'no key', keys: [], fits: false },
])('with $why it fits: $fits', ({ keys, fits }) => {
  expect(fitsHmac([signature], [message], keys)).toBe(fits);
});

test.each([
  { why: 'cut off', bytes: signature.subarray(0, 31) },
  { why: 'longer', bytes: Buffer.concat([signature, Buffer.from([0])]) },
  { why: 'empty', bytes: Buffer.alloc(0) },
])('one that is $why never fits', ({ bytes }) => {
  expect(fitsHmac([bytes], [message], [one])).toBe(false);
});

test('a message may come in parts, and one of several signatures may fit', () => {
  const another = createHmac('sha256', other).update(message).digest();
  expect(fitsHmac([another, signature], parts, [one])).toBe(true);
  expect(fitsHmac([another, another], parts, [one])).toBe(false);
});
