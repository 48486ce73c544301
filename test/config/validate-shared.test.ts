import { expect, test } from '@jest/globals';
import { validateSharing } from '../../lib/config/validate-sources.ts';

const found = 'the same as in sources.one';
const secretFault = { path: 'sources.two.secret', found, expected: 'a secret of its own' };
const topicFault = { found, expected: 'a topic that no other source lists' };

test.each([
  { why: 'one secret', one: { secret: 'env:X' }, two: { secret: 'env:X' }, issues: [secretFault] },
  {
    why: 'one topic',
    one: { topics: ['t', 'u'] },
    two: { topics: ['v', 'u'] },
    issues: [{ path: 'sources.two.topics[1]', ...topicFault }],
  },
  {
    why: 'two topics',
    one: { topics: ['t', 'u'] },
    two: { topics: ['u', 't'] },
    issues: [
      { path: 'sources.two.topics[0]', ...topicFault },
      { path: 'sources.two.topics[1]', ...topicFault },
    ],
  },
  {
    why: 'one secret, whatever else is wrong',
    one: { type: 7, secret: 'hunter2', topics: 7 },
    two: { secret: 'hunter2', api: null },
    issues: [secretFault],
  },
])('two sources have $why in common', ({ one, two, issues }) => {
  expect(validateSharing({ sources: { one, two } })).toEqual(issues);
});

test.each([
  { sources: { one: { secret: 'env:X' }, two: { secret: 'env:Y' }, three: {} } },
  { sources: { one: { topics: ['t', 't'] }, two: { topics: ['u'] } } },
  { sources: { one: { secret: 'env:X', api: { credentials: 'env:X' } } } },
  { sources: { one: 7, two: null } },
  { sources: [] },
  {},
  null,
])('nothing is in common: %j', (contents) => {
  expect(validateSharing(contents)).toEqual([]);
});
