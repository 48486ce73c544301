import { describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { toIssues } from '../lib/issues.ts';
import { limitedArray, takeFitting } from '../lib/limits.ts';
import { interpretEach } from '../lib/sources/source-event.ts';
import { watchReads } from './support/watch-reads.ts';

describe('an array with a limit', () => {
  const schema = limitedArray(v.object({ id: v.number() }), 3, 'things');

  test('is read as an array', () => {
    expect(v.parse(schema, [{ id: 1 }, { id: 2 }, { id: 3 }])).toHaveLength(3);
    expect(toIssues(v.safeParse(schema, [{}]).issues ?? [])).toMatchObject([{ path: '[0].id' }]);
  });

  test('of more elements is rejected before one of them is read', () => {
    const { list, reads } = watchReads(Array.from({ length: 100_000 }, () => ({})));
    const { issues = [] } = v.safeParse(schema, list);
    expect(reads()).toBe(0);
    expect(toIssues(issues)).toMatchObject([{ path: '', expected: 'at most 3 things, not 100000' }]);
  });

  test.each([7, null, {}, { length: 1 }, undefined])('is not %p', (input) => {
    expect(v.safeParse(schema, input).issues).toMatchObject([{ message: 'Array' }]);
  });
});

describe('the events of a delivery', () => {
  const ignored = { type: 'ignored', reason: 'a push' } as const;

  test('mean something each, up to a hundred', () => {
    const events = Array.from({ length: 100 }, () => ({}));
    expect(interpretEach(events, 'events', () => ignored)).toHaveLength(100);
  });

  test('are not read when there are more', () => {
    const { list, reads } = watchReads(Array.from({ length: 101 }, () => ({})));
    expect(interpretEach(list, 'events', () => ignored)).toEqual({
      type: 'unreadable',
      issues: [{ path: 'events', found: '101 events', expected: 'at most 100 events in one delivery' }],
    });
    expect(reads()).toBe(0);
  });
});

test.each([
  { maxBytes: 100, first: ['ä', 'b', 'c'], more: 0 },
  { maxBytes: 13, first: ['ä', 'b', 'c'], more: 0 },
  { maxBytes: 12, first: ['ä', 'b'], more: 1 },
  { maxBytes: 4, first: [], more: 3 },
])('of three texts, $first fit into $maxBytes bytes', ({ maxBytes, first, more }) => {
  expect(takeFitting(['ä', 'b', 'c'], maxBytes)).toEqual({ first, more });
});
