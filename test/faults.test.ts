import { describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { faultsOf, formatFaults, show } from '../lib/faults.ts';

const schema = v.strictObject({
  name: v.pipe(v.string(), v.minLength(2)),
  list: v.optional(v.array(v.strictObject({ id: v.number('the number of a task') }))),
  mode: v.optional(v.picklist(['apply', 'dry-run'])),
});
const faults = (input: unknown, prefix?: string) => faultsOf(v.safeParse(schema, input).issues ?? [], prefix);

describe('a fault', () => {
  test.each([
    { why: 'of a key', input: { name: 7 }, fault: { path: 'name', found: '7', expected: 'string' } },
    { why: 'of a missing key', input: {}, fault: { path: 'name', found: 'nothing', expected: 'a value' } },
    {
      why: 'with a message of our own, in a list',
      input: { name: 'ab', list: [{ id: 1 }, { id: 'x' }] },
      fault: { path: 'list[1].id', found: '"x"', expected: 'the number of a task' },
    },
    {
      why: 'of a key that is not known',
      input: { name: 'ab', list: [{ id: 1, ids: 2 }] },
      fault: { path: 'list[0].ids', found: '"ids"', expected: 'no such key' },
    },
    { why: 'of a length', input: { name: 'a' }, fault: { path: 'name', found: '"a"', expected: '>=2' } },
    {
      why: 'of a choice',
      input: { name: 'ab', mode: 'no' },
      fault: { path: 'mode', found: '"no"', expected: '("apply" | "dry-run")' },
    },
    { why: 'of the whole', input: 'text', fault: { path: '', found: '"text"', expected: 'Object' } },
  ])('$why says where it is, what is there and what is expected', ({ input, fault }) => {
    expect(faults(input)).toEqual([fault]);
  });

  test.each([
    { input: { name: 7 }, path: 'data.name' },
    { input: 7, path: 'data' },
  ])('of a part has the path of the part before its own: $path', ({ input, path }) => {
    expect(faults(input, 'data')).toMatchObject([{ path }]);
  });

  test('of a list begins with its index', () => {
    const { issues = [] } = v.safeParse(v.array(v.string()), ['a', 7]);
    expect(faultsOf(issues)).toMatchObject([{ path: '[1]' }]);
    expect(faultsOf(issues, 'events')).toMatchObject([{ path: 'events[1]' }]);
  });

  test('of a check without words of its own says what kind of check it is', () => {
    const { issues = [] } = v.safeParse(
      v.pipe(
        v.string(),
        v.check(() => false),
      ),
      'x',
    );
    expect(faultsOf(issues)).toEqual([{ path: '', found: '"x"', expected: 'check' }]);
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

test('several faults are told on one line', () => {
  const list = [
    { path: 'a.b', found: '7', expected: 'string' },
    { path: '', found: 'null', expected: 'Object' },
  ];
  expect(formatFaults(list)).toBe('a.b: expected string, found 7; (the whole): expected Object, found null');
});
