import { describe, expect, test } from '@jest/globals';
import { cutText, joinTexts } from '../lib/cut-text.ts';

test.each([
  { text: 'abcdef', length: 6, cut: 'abcdef' },
  { text: 'abcdefg', length: 6, cut: 'abc...' },
  { text: 'abcdefg', length: 2, cut: '...' },
  { text: 'ab😀defg', length: 6, cut: 'ab...' },
  { text: 'ab😀defg', length: 7, cut: 'ab😀...' },
])('$text cut to $length is $cut', ({ text, length, cut }) => {
  expect(cutText(text, length)).toBe(cut);
});

describe('joined texts', () => {
  test('are each there once, and each is cut', () => {
    const long = 'x'.repeat(301);
    expect(joinTexts(['a', 'b', 'a', long])).toBe(`a; b; ${'x'.repeat(297)}...`);
  });

  test('beyond 20 are counted', () => {
    const texts = Array.from({ length: 25 }, (_, index) => `${index}`);
    expect(joinTexts(texts.slice(0, 20))).toBe(texts.slice(0, 20).join('; '));
    expect(joinTexts(texts)).toBe(`${texts.slice(0, 20).join('; ')}; … and 5 more`);
  });
});
