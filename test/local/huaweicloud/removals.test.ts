import { expect, test } from '@jest/globals';
import type { Fault } from '../../../local/huaweicloud/emulator.ts';
import { APAC, DR, syncRepo, useAcme } from './acme.ts';
import { sendRequest } from './send-request.ts';

const acme = useAcme({ loggedIn: true });

async function deleteTask(repository: string, target: object): Promise<void> {
  const body = JSON.stringify(target);
  const path = syncRepo(repository);
  const leaving = AbortSignal.timeout(1000);
  // The answer may be lost.
  await sendRequest(acme.url, { method: 'DELETE', path, headers: acme.headers, body, signal: leaving }).catch(
    () => undefined,
  );
}

test('are the tasks that were deleted, in that order', async () => {
  const [, { createdAt } = { createdAt: '' }] = acme.cloud.tasks('acme', 'payments/api');
  acme.clock.now += 5;
  await deleteTask('payments$api', APAC);
  acme.clock.now += 5;
  await deleteTask('hello', DR);
  expect(acme.cloud.removals()).toEqual([
    { at: acme.clock.now - 5, namespace: 'acme', repository: 'payments/api', target: APAC, createdAt },
    {
      at: acme.clock.now,
      namespace: 'acme',
      repository: 'hello',
      target: DR,
      createdAt: '2026-03-02T08:15:27.53183Z',
    },
  ]);
});

test('have a task twice that was created anew', async () => {
  await deleteTask('hello', DR);
  acme.cloud.addTask({ namespace: 'acme', repository: 'hello', ...DR });
  await deleteTask('hello', DR);
  expect(acme.cloud.removals().map(({ createdAt }) => createdAt)).toEqual([
    '2026-03-02T08:15:27.53183Z',
    '2026-11-24T03:00:00Z',
  ]);
});

test('have a hidden task too', async () => {
  acme.cloud.addTask({ namespace: 'acme', repository: 'quiet', ...DR, hidden: true });
  await deleteTask('quiet', DR);
  expect(acme.cloud.removals()).toMatchObject([{ repository: 'quiet', target: DR }]);
});

test.each<{ why: string; fault: Fault; count: number }>([
  { why: 'it fails', fault: { status: 500 }, count: 0 },
  { why: 'it seems to succeed', fault: { status: 200, body: '' }, count: 0 },
  { why: 'its answer is lost', fault: { reset: 'headers' }, count: 0 },
  { why: 'it fails afterwards', fault: { status: 500, afterwards: true }, count: 1 },
  { why: 'its answer is lost afterwards', fault: { reset: 'headers', afterwards: true }, count: 1 },
  { why: 'it breaks off afterwards', fault: { reset: 'body', afterwards: true }, count: 1 },
  { why: 'it is late', fault: { delayMs: 1 }, count: 1 },
])('are $count of a deletion where $why', async ({ fault, count }) => {
  acme.fault('deleteSyncTask', fault);
  await deleteTask('hello', DR);
  expect(acme.cloud.removals()).toHaveLength(count);
  expect(acme.cloud.tasks('acme', 'hello')).toHaveLength(1 - count);
});

test.each([
  { why: 'there is no such task', repository: 'quiet', target: DR },
  { why: 'the target is another', repository: 'hello', target: APAC },
  { why: 'the request is wrong', repository: 'hello', target: {} },
])('are none where $why', async ({ repository, target }) => {
  await deleteTask(repository, target);
  expect(acme.cloud.removals()).toEqual([]);
});

test('are none of what goes with its organization or its repository', () => {
  acme.cloud.removeRepository('acme', 'hello');
  acme.cloud.removeOrganization('acme');
  expect(acme.cloud.removals()).toEqual([]);
});
