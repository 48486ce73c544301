import { expect, test } from '@jest/globals';
import { toSendableJson, toSendableText, tryToSendableJson } from '../../lib/aws/sendable.ts';

test.each([
  { why: 'plain', text: 'a\tb\nc é 漢 😀', sendable: 'a\tb\nc é 漢 😀' },
  { why: 'with a control character', text: 'a\u0000b\u001Bc', sendable: 'a\uFFFDb\uFFFDc' },
  { why: 'with half a character', text: 'a\uD800b', sendable: 'a\uFFFDb' },
  { why: 'with what is no character', text: 'a\uFFFEb\uFFFFc', sendable: 'a\uFFFDb\uFFFDc' },
])('a text that is $why', ({ text, sendable }) => {
  expect(toSendableText(text)).toBe(sendable);
});

test('JSON loses nothing', () => {
  const value = { text: 'a\u0000b\uFFFEc\uFFFFd\uD800e 😀' };
  const json = toSendableJson(value);
  expect(toSendableText(json)).toBe(json);
  expect(JSON.parse(json)).toEqual(value);
});

test.each([
  { why: 'is nested too deeply', value: JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) },
  { why: 'is too large', value: 'x'.repeat(1024 * 1024) },
])('a value that $why is no message', ({ value }) => {
  expect(tryToSendableJson(value)).toBeUndefined();
});

test('a value that fits into a message is its JSON', () => {
  expect(tryToSendableJson({ a: '\u0000😀' })).toBe(toSendableJson({ a: '\u0000😀' }));
});
