import { expect, test } from '@jest/globals';
import { count, formatTable, formatTime, shorten, sortBy, toPrintable } from '../../cli/table.ts';

test('columns are two blanks apart, and lines have none at their end', () => {
  expect(
    formatTable(
      ['A', 'LONG NAME', ''],
      [
        ['long value', 'b', ''],
        ['', '漢字', 'c'],
      ],
    ),
  ).toBe(['A           LONG NAME', 'long value  b', '            漢字       c'].join('\n'));
});

test.each([
  { why: 'a line break', text: 'a\r\nb\tc', shown: 'a b c' },
  { why: 'a colour', text: '\u001b[31mred', shown: '\uFFFD[31mred' },
  { why: 'a reversed direction', text: 'a\u202Eb', shown: 'a\uFFFDb' },
  { why: 'letters of all kinds', text: 'ä 漢字 😀', shown: 'ä 漢字 😀' },
])('replaces control characters: $why', ({ text, shown }) => {
  expect(toPrintable(text)).toBe(shown);
});

test.each([
  { number: 0, thing: 'task', text: '0 tasks' },
  { number: 1, thing: 'task', text: '1 task' },
  { number: 2, thing: 'repository', text: '2 repositories' },
  { number: 4, thing: 'day', text: '4 days' },
])('$text', ({ number, thing, text }) => {
  expect(count(number, thing)).toBe(text);
});

test('a long text is cut, and shows it', () => {
  expect([shorten('12345', 5), shorten('123456', 5)]).toEqual(['12345', '1234…']);
});

test('what is the same stays in its order', () => {
  const items = ['b1', 'a1', 'b2', 'a2'];
  expect(sortBy(items, (item) => item.charAt(0))).toEqual(['a1', 'a2', 'b1', 'b2']);
});

test.each([
  { time: '2026-03-02T08:15:27.53183Z', shown: '2026-03-02 08:15:27' },
  { time: '2026-03-02T08:15:27+08:00', shown: '2026-03-02 00:15:27' },
  { time: undefined, shown: '-' },
  { time: 'once', shown: 'once' },
])('$time is shown as $shown', ({ time, shown }) => {
  expect(formatTime(time)).toBe(shown);
});
