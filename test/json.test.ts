import { describe, expect, test } from '@jest/globals';
import { hasTooManyValues, MAX_JSON_VALUES, parseJson } from '../lib/json.ts';

test.each([
  { text: '{"a":1}', read: { a: 1 } },
  { text: '"a"', read: 'a' },
  { text: 'null', read: null },
  { text: 'no JSON', read: 'no JSON' },
  { text: '', read: '' },
])('"$text" is read as $read', ({ text, read }) => {
  expect(parseJson(text)).toEqual(read);
});

describe('a text of too many values', () => {
  test.each([
    { why: 'in a list', json: `[${'0,'.repeat(MAX_JSON_VALUES)}0]` },
    { why: 'in objects', json: `[${'{},'.repeat(MAX_JSON_VALUES)}{}]` },
    { why: 'in each other', json: `${'['.repeat(MAX_JSON_VALUES + 1)}${']'.repeat(MAX_JSON_VALUES + 1)}` },
    { why: 'after a text with quotes', json: String.raw`["\"\\",${'[],'.repeat(MAX_JSON_VALUES)}0]` },
  ])('stays a text: $why', ({ json }) => {
    expect(hasTooManyValues(json)).toBe(true);
    expect(parseJson(json)).toBe(json);
  });

  test.each([
    { why: 'as many as there may be', json: `[${'0,'.repeat(MAX_JSON_VALUES - 1)}0]` },
    { why: 'a text that only looks like it', json: JSON.stringify('[{,'.repeat(MAX_JSON_VALUES)) },
    { why: 'such a text with quotes', json: JSON.stringify('",[{'.repeat(MAX_JSON_VALUES)) },
  ])('is not $why', ({ json }) => {
    expect(hasTooManyValues(json)).toBe(false);
    expect(parseJson(json)).toEqual(JSON.parse(json));
  });

  test.each(['"'.padEnd(200_000, '['), `"${'[\\'.repeat(100_000)}`])('is none that never ends', (json) => {
    expect(hasTooManyValues(json)).toBe(false);
    expect(parseJson(json)).toBe(json);
  });
});
