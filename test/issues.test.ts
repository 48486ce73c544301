import { describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { firstIssues, formatIssues, show, toIssues } from '../lib/issues.ts';
import { watchReads } from './support/watch-reads.ts';

const schema = v.strictObject({
  name: v.pipe(v.string(), v.minLength(2)),
  list: v.optional(v.array(v.strictObject({ id: v.number('the number of a task') }))),
  mode: v.optional(v.picklist(['apply', 'dry-run'])),
});
const issuesOf = (input: unknown, prefix?: string) =>
  toIssues(v.safeParse(schema, input).issues ?? [], prefix);

describe('an issue', () => {
  test.each([
    ['of a key', { name: 7 }, { path: 'name', found: '7', expected: 'string' }],
    ['of a missing key', {}, { path: 'name', found: 'nothing', expected: 'a value' }],
    [
      'with a message of our own, in a list',
      { name: 'ab', list: [{ id: 1 }, { id: 'x' }] },
      { path: 'list[1].id', found: '"x"', expected: 'the number of a task' },
    ],
    [
      'of a key that is not known',
      { name: 'ab', list: [{ id: 1, ids: 2 }] },
      { path: 'list[0].ids', found: '"ids"', expected: 'unknown key' },
    ],
    ['of a length', { name: 'a' }, { path: 'name', found: '"a"', expected: '>=2' }],
    [
      'of a choice',
      { name: 'ab', mode: 'no' },
      { path: 'mode', found: '"no"', expected: '("apply" | "dry-run")' },
    ],
    ['of the root', 'text', { path: '', found: '"text"', expected: 'Object' }],
  ])('%s has its path, what was found and what is expected', (_, input, issue) => {
    expect(issuesOf(input)).toEqual([issue]);
  });

  test.each([
    { input: { name: 7 }, path: 'data.name' },
    { input: 7, path: 'data' },
  ])('of a part has the path of the part before its own: $path', ({ input, path }) => {
    expect(issuesOf(input, 'data')).toMatchObject([{ path }]);
  });

  test('of a list begins with its index', () => {
    const { issues = [] } = v.safeParse(v.array(v.string()), ['a', 7]);
    expect(toIssues(issues)).toMatchObject([{ path: '[1]' }]);
    expect(toIssues(issues, 'events')).toMatchObject([{ path: 'events[1]' }]);
  });

  test('of a check without words of its own says what kind of check it is', () => {
    const { issues = [] } = v.safeParse(
      v.pipe(
        v.string(),
        v.check(() => false),
      ),
      'x',
    );
    expect(toIssues(issues)).toEqual([{ path: '', found: '"x"', expected: 'check' }]);
  });
});

test.each([
  { value: undefined, shown: 'nothing' },
  { value: null, shown: 'null' },
  { value: 'a\nb', shown: String.raw`"a\nb"` },
  { value: { a: [1] }, shown: '{"a":[1]}' },
  { value: () => 1, shown: 'function' },
  { value: 1n, shown: 'bigint' },
  { value: 'x'.repeat(78), shown: `"${'x'.repeat(78)}"` },
  { value: 'x'.repeat(79), shown: `"${'x'.repeat(76)}...` },
])('a value is shown as $shown', ({ value, shown }) => {
  expect(show(value)).toBe(shown);
});

test('what leads back to itself is shown by its type', () => {
  const endless: unknown[] = [];
  endless.push(endless);
  expect(show(endless)).toBe('object');
});

test('several issues are on one line', () => {
  const list = [
    { path: 'a.b', found: '7', expected: 'string' },
    { path: '', found: 'null', expected: 'Object' },
  ];
  expect(formatIssues(list)).toBe('a.b: expected string, found 7; (root): expected Object, found null');
});

describe('of many issues', () => {
  const all = (count: number) => issuesOf({ name: 'ab', list: Array.from({ length: count }, () => ({})) });

  test('the first 20 are kept, and the last of them has the number of the others', () => {
    expect(all(20).map(({ more }) => more)).toEqual(Array.from({ length: 20 }));
    expect(all(51)).toHaveLength(20);
    expect(all(51).at(-1)).toEqual({ path: 'list[19].id', found: 'nothing', expected: 'a value', more: 31 });
  });

  test('the first 20 are shown, and the others of every part counted', () => {
    const several = [...all(3), ...all(51), ...all(30)];
    const { first, more } = firstIssues(several);
    expect(first).toHaveLength(20);
    expect(first[0]).toEqual({ path: 'list[0].id', found: 'nothing', expected: 'a value' });
    expect(more).toBe(3 + 51 + 30 - 20);
    expect(formatIssues(several)).toMatch(/; … and 64 more$/);
  });
});

describe('a large value', () => {
  test('is shown without being read beyond what is shown', () => {
    const { list, reads } = watchReads(Array.from({ length: 100_000 }, () => ({})));
    expect(show(list)).toBe(`[${'{},'.repeat(25)}{...`);
    expect(reads()).toBeLessThanOrEqual(200);
  });

  test('of many keys is shown by the first of them', () => {
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, 1]));
    expect(show(many)).toHaveLength(80);
    expect(show({ ['k'.repeat(1_000_000)]: 1 })).toBe(`{"${'k'.repeat(75)}...`);
  });

  test('is never cut within a character', () => {
    for (let before = 70; before < 82; before += 1) {
      const shown = show(`${'x'.repeat(before)}${'😀'.repeat(9)}`);
      expect(shown.isWellFormed()).toBe(true);
      expect(shown.length).toBeLessThanOrEqual(80);
    }
  });

  test('that is nested deeply is shown by its type', () => {
    expect(show(JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)))).toBe('object');
    expect(show([[[[1]]]])).toBe('[[[[1]]]]');
  });

  test('has a path that is cut', () => {
    const { issues = [] } = v.safeParse(v.strictObject({}), { ['k'.repeat(1_000_000)]: 1 });
    expect(toIssues(issues)).toEqual([
      { path: `${'k'.repeat(197)}...`, found: `"${'k'.repeat(76)}...`, expected: 'unknown key' },
    ]);
  });
});
