import { expect, test } from '@jest/globals';
import { fingerprintOf, parseCredentials } from '../../lib/huaweicloud/credentials.ts';

const stored = { domain: 'acme', user: 'robot', password: 'pa55word' };

test('reads what is stored, and leaves out what else is there', () => {
  expect(parseCredentials(JSON.stringify({ ...stored, note: 'x' }))).toEqual(stored);
});

test.each([
  { why: 'it is a text', secret: 'pa55word', named: 'not JSON' },
  { why: 'it is half a JSON text', secret: '{"password":"pa55word"', named: 'not JSON' },
  { why: 'it is a JSON text in quotes', secret: '"pa55word"', named: 'the whole' },
  { why: 'it is null', secret: 'null', named: 'the whole' },
  { why: 'the password is missing', secret: '{"domain":"acme","user":"pa55word"}', named: 'password' },
  { why: 'the user is empty', secret: JSON.stringify({ ...stored, user: '' }), named: 'user' },
  { why: 'the domain is a number', secret: JSON.stringify({ ...stored, domain: 5 }), named: 'domain' },
  { why: 'two are missing', secret: '{"password":"pa55word"}', named: 'domain, user' },
])('says what is wrong and shows nothing of it, where $why', ({ secret, named }) => {
  expect(() => parseCredentials(secret)).toThrow(named);
  expect(() => parseCredentials(secret)).not.toThrow('pa55word');
});

test.each([
  { why: 'another domain', other: { ...stored, domain: 'other' } },
  { why: 'another user', other: { ...stored, user: 'other' } },
  { why: 'another password', other: { ...stored, password: 'other' } },
  { why: 'the same letters, divided otherwise', other: { ...stored, domain: 'acmer', user: 'obot' } },
])('tells $why apart', ({ other }) => {
  expect(fingerprintOf(other)).not.toBe(fingerprintOf(stored));
  expect(fingerprintOf({ ...stored })).toBe(fingerprintOf(stored));
});

test('keeps nothing of the password in the fingerprint', () => {
  expect(fingerprintOf(stored)).not.toContain('pa55word');
});
