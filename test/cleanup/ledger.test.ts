import { expect, test } from '@jest/globals';
import { identityOf, noLedger } from '../../lib/cleanup/ledger.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { APAC, DR } from '../support/cloud.ts';

const request = cleanupRequest();
const intent = { repository: 'payments/api', target: DR };
const task = { ...DR, createdAt: '2026-03-02T08:15:27.53183Z' };

test('without a ledger everything is new, and nothing can be deleted', async () => {
  await expect(noLedger.open(request)).resolves.toEqual({ request, repeated: false });
  await expect(noLedger.begun(request)).resolves.toEqual([]);
  await expect(noLedger.unsettled(request, 'payments/api')).resolves.toEqual([]);
  await expect(noLedger.intend(request, intent)).rejects.toThrow('nothing may be deleted without a ledger');
  await expect(noLedger.settle(request, intent, { outcome: 'absent' })).resolves.toBeUndefined();
  await expect(noLedger.close(request, [])).resolves.toBeUndefined();
});

test('a task is the same while repository, target and time of creation are', () => {
  expect(identityOf({ ...intent, task })).toBe(identityOf({ ...intent, task: { ...task, override: true } }));
  const others = [
    intent,
    { ...intent, task: { ...task, createdAt: '2026-03-02T08:15:27.53184Z' } },
    { ...intent, target: APAC, task },
    { ...intent, repository: 'payments', task },
  ];
  const all = [{ ...intent, task }, ...others].map(identityOf);
  expect(new Set(all).size).toBe(all.length);
});

test('a task of which no time is known is the one that was not shown', () => {
  expect(identityOf({ ...intent, task: DR })).toBe(identityOf(intent));
});
