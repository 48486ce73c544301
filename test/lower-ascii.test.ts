import { expect, test } from '@jest/globals';
import { lowerAscii } from '../lib/lower-ascii.ts';

test.each([
  { why: 'letters', text: 'Acme/API-2', lower: 'acme/api-2' },
  { why: 'the Kelvin sign, which is no k', text: 'wor\u212A', lower: 'wor\u212A' },
  { why: 'a letter whose lower case is longer', text: '\u0130X', lower: '\u0130x' },
  { why: 'other alphabets', text: '\u00C4\u0416', lower: '\u00C4\u0416' },
])('lower case of $why', ({ text, lower }) => {
  expect(lowerAscii(text)).toBe(lower);
});
