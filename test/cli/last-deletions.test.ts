import { expect, test } from '@jest/globals';
import { lastDeletions } from '../../cli/restore-tasks.ts';
import type { TaskEntry } from '../../lib/ledger/history.ts';
import { APAC, DR } from '../support/cloud.ts';

const task = { ...DR, syncAuto: true };
const unseen: TaskEntry = {
  kind: 'task',
  key: { pk: 'delivery#one', sk: 'task' },
  id: 'one',
  account: 'main',
  namespace: 'acme',
  repository: 'web',
  target: DR,
  outcome: 'deleted',
  at: '2026-11-24T03:00:00.000Z',
};
const deleted = { ...unseen, task };

test.each([
  { why: 'it was deleted', entries: [deleted], counts: 1 },
  { why: 'it was deleted without being listed', entries: [unseen], counts: 1 },
  { why: 'its deletion was begun', entries: [{ ...deleted, outcome: 'intended' }], counts: 1 },
  {
    why: 'its deletion failed, which may have been only the answer',
    entries: [{ ...deleted, outcome: 'failed' }],
    counts: 1,
  },
  { why: 'an unlisted one may never have existed', entries: [{ ...unseen, outcome: 'intended' }], counts: 0 },
  { why: 'an unlisted one could not be deleted', entries: [{ ...unseen, outcome: 'failed' }], counts: 0 },
  { why: 'it was gone already', entries: [{ ...deleted, outcome: 'absent' }], counts: 0 },
] as const)('$counts task may be restored: $why', ({ entries, counts }) => {
  expect(lastDeletions(entries)).toHaveLength(counts);
});

test('the latest deletion of a task counts, whatever the order', () => {
  const later = { ...deleted, task: { ...task, override: true }, at: '2026-11-24T04:00:00.000Z' };
  expect(lastDeletions([deleted, later])).toEqual([later]);
  expect(lastDeletions([later, deleted])).toEqual([later]);
});

test('an attempt that found nothing does not hide an earlier deletion', () => {
  const later = { ...deleted, outcome: 'absent', at: '2026-11-24T04:00:00.000Z' } as const;
  expect(lastDeletions([deleted, later])).toEqual([deleted]);
});

test.each([
  { why: 'another target', other: { target: APAC } },
  { why: 'another repository', other: { repository: 'api' } },
  { why: 'another organization', other: { namespace: 'shop' } },
  { why: 'another account', other: { account: 'other' } },
])('two tasks are two: $why', ({ other }) => {
  expect(lastDeletions([deleted, { ...deleted, ...other }])).toHaveLength(2);
});
