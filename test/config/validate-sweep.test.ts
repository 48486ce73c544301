import { expect, test } from '@jest/globals';
import { validateSweep } from '../../lib/config/validate-config.ts';

const accounts = { main: {}, other: {} };

test.each([
  { why: 'it has no target accounts', contents: { accounts } },
  { why: 'its target accounts exist', contents: { accounts, sweep: { targetAccounts: ['other', 'main'] } } },
  { why: 'its accounts are no list', contents: { accounts, sweep: { targetAccounts: 'third' } } },
  { why: 'an account is no text', contents: { accounts, sweep: { targetAccounts: [7] } } },
  { why: 'it is none', contents: { accounts, sweep: 7 } },
  { why: 'there is no file', contents: null },
])('a sweep has no issue here where $why', ({ contents }) => {
  expect(validateSweep(contents)).toEqual([]);
});

test('an account that the file does not have is an issue', () => {
  expect(validateSweep({ accounts, sweep: { targetAccounts: ['main', 'third'] } })).toEqual([
    { path: 'sweep.targetAccounts[1]', found: '"third"', expected: 'one of accounts (main, other)' },
  ]);
});

test('every account is one where there is none', () => {
  expect(validateSweep({ sweep: { targetAccounts: ['main'] } })).toEqual([
    { path: 'sweep.targetAccounts[0]', found: '"main"', expected: 'one of accounts (there is none)' },
  ]);
});
