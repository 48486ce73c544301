import { expect, test } from '@jest/globals';
import { validateSharing } from '../../lib/config/validate-sources.ts';

const found = 'the same as in sources.one';
const secretFault = { path: 'sources.two.secret', found, expected: 'a secret of its own' };
const topicFault = { found, expected: 'a topic that no other source lists' };

test.each([
  ['one secret', { secret: 'env:X' }, { secret: 'env:X' }, [secretFault]],
  [
    'one topic',
    { topics: ['t', 'u'] },
    { topics: ['v', 'u'] },
    [{ path: 'sources.two.topics[1]', ...topicFault }],
  ],
  [
    'two topics',
    { topics: ['t', 'u'] },
    { topics: ['u', 't'] },
    [
      { path: 'sources.two.topics[0]', ...topicFault },
      { path: 'sources.two.topics[1]', ...topicFault },
    ],
  ],
  [
    'one secret, whatever else is wrong',
    { type: 7, secret: 'hunter2', topics: 7 },
    { secret: 'hunter2', api: null },
    [secretFault],
  ],
])('two sources have %s in common', (_, one, two, issues) => {
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
