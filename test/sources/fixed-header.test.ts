import { describe, expect, test } from '@jest/globals';
import { parseAuthorization, parseFixedHeader, verifyFixedHeader } from '../../lib/sources/fixed-header.ts';

const VALUE = '0123456789abcdef';
const FITS_NONE = 'the configured header fits none of the stored secrets';
const key = parseFixedHeader(`X-Proof: ${VALUE}`);
const verify = (headers: Record<string, string | undefined>, keys = [key]) =>
  verifyFixedHeader({ headers, rawBody: Buffer.from('{}') }, keys);

describe('a secret', () => {
  test.each([
    { why: 'with a space after the colon', secret: `X-Proof: ${VALUE}` },
    { why: 'without one', secret: `X-Proof:${VALUE}` },
    { why: 'with another case in its name, which headers do not tell apart', secret: `x-pROOF: ${VALUE}` },
    { why: 'with the blanks around it that HTTP takes off', secret: ` X-Proof: \t${VALUE} \n` },
  ])('is taken $why', ({ secret }) => {
    expect(parseFixedHeader(secret)).toEqual(key);
  });

  test('may be as long as three words, of which one looks like a scheme', () => {
    const text = 'My basic 0123456';
    expect(verify({ 'x-proof': text }, [parseFixedHeader(`X-Proof: ${text}`)])).toMatchObject({
      verified: true,
    });
  });

  test('keeps the colons, blanks and case of its value', () => {
    const colons = parseFixedHeader('X-Proof: One: Two: Three: 4');
    expect(verify({ 'x-proof': 'One: Two: Three: 4' }, [colons])).toMatchObject({ verified: true });
    expect(verify({ 'x-proof': 'one: two: three: 4' }, [colons]).verified).toBe(false);
  });

  test.each([
    { why: 'nothing', secret: '', message: /empty/ },
    { why: 'blanks', secret: ' \n', message: /empty/ },
    { why: 'a name without a value', secret: 'X-Proof: ', message: /empty/ },
    { why: 'a value without a name', secret: VALUE, message: /Header-Name: value/ },
    { why: 'a name with a blank in it', secret: `X Proof: ${VALUE}`, message: /Header-Name: value/ },
    {
      why: 'a value that could be guessed',
      secret: `X-Proof: ${VALUE.slice(1)}`,
      message: /only the header's value authenticates/,
    },
    { why: 'a value whose scheme makes it long', secret: 'X-Proof: Bearer 123456789', message: /found 9/ },
    { why: 'a value of one letter', secret: 'X-Proof: x', message: /found 1:/ },
    {
      why: 'a value whose blanks make it long',
      secret: 'X-Proof: Bearer         123456789',
      message: /found 9:/,
    },
    { why: 'two lines', secret: `X-Proof: ${VALUE}\nX-Other: ${VALUE}`, message: /one line/ },
    { why: 'letters that a header can not hold', secret: `X-Proof: ${VALUE}ü`, message: /ASCII/ },
  ])('is rejected if it is $why, and not shown', ({ secret, message }) => {
    expect(() => parseFixedHeader(secret)).toThrow(message);
    expect(() => parseFixedHeader(secret)).not.toThrow(/0123456|12345678|X-Other/);
  });

  test('for Authorization may leave the name of the header out', () => {
    const bare = parseAuthorization(`Bearer ${VALUE}`);
    for (const before of ['Authorization: ', 'authorization:', 'AUTHORIZATION: \t', ' ']) {
      expect(parseAuthorization(`${before}Bearer ${VALUE}\n`)).toEqual(bare);
    }
    expect(verify({ authorization: `Bearer ${VALUE}` }, [bare])).toMatchObject({ verified: true });
  });

  test('for Authorization keeps a value in which the name of the header occurs', () => {
    const value = `Bearer ${VALUE}authorization: x`;
    expect(verify({ authorization: value }, [parseAuthorization(value)])).toMatchObject({ verified: true });
  });

  test.each(['', ' ', 'Authorization:', 'Bearer 123456789'])('for Authorization is not %j', (secret) => {
    expect(() => parseAuthorization(secret)).toThrow(/expected/);
  });
});

describe('the header', () => {
  test('verifies a delivery', () => {
    expect(verify({ 'x-proof': VALUE })).toMatchObject({ verified: true });
  });

  test('verifies a delivery with any of the keys', () => {
    const newer = parseFixedHeader(`X-Newer: ${VALUE}${VALUE}`);
    expect(verify({ 'x-proof': VALUE }, [newer, key]).verified).toBe(true);
    expect(verify({ 'x-newer': VALUE + VALUE }, [newer, key]).verified).toBe(true);
    expect(verify({ 'x-newer': VALUE }, [newer, key]).verified).toBe(false);
  });

  test.each([
    { why: 'missing', headers: {}, reason: 'the configured header is missing' },
    { why: 'empty', headers: { 'x-proof': '' } },
    { why: 'too short', headers: { 'x-proof': VALUE.slice(0, -1) } },
    { why: 'too long', headers: { 'x-proof': `${VALUE}0` } },
    { why: 'another one of the same length', headers: { 'x-proof': VALUE.replace('f', 'e') } },
    { why: 'written in another case', headers: { 'x-proof': VALUE.toUpperCase() } },
    { why: 'sent twice, and so joined', headers: { 'x-proof': `${VALUE}, ${VALUE}` } },
    {
      why: 'sent under another name',
      headers: { 'x-prooF': VALUE, authorization: VALUE },
      reason: 'the configured header is missing',
    },
  ])('is rejected if it is $why, and not shown', ({ headers, reason = FITS_NONE }) => {
    const verification = verify(headers);
    expect(verification).toMatchObject({ verified: false, reason });
    // A secret that was changed in the meantime may fit, or name another header.
    expect(verification).not.toHaveProperty('stale');
    expect(JSON.stringify(verification)).not.toMatch(/x-proof|0123456/i);
  });

  test('verifies nothing without a key', () => {
    expect(verify({ 'x-proof': VALUE }, []).verified).toBe(false);
  });
});
