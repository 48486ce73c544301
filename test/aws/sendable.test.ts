import { expect, test } from '@jest/globals';
import { toSendableJson, toSendableText } from '../../lib/aws/sendable.ts';

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
