import { expect, test } from '@jest/globals';
import { parseJson } from '../../lib/sources/json-text.ts';

test.each([
  { text: '{"a":1}', read: { a: 1 } },
  { text: '"a"', read: 'a' },
  { text: 'null', read: null },
  { text: 'no JSON', read: 'no JSON' },
  { text: '', read: '' },
])('"$text" is read as $read', ({ text, read }) => {
  expect(parseJson(text)).toEqual(read);
});
