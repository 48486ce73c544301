import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SwrReader } from '../../lib/sweep/context.ts';
import { limitCalls } from '../../lib/sweep/limit-calls.ts';
import { noHurry } from '../support/deadline.ts';
import { type Sweeping, startSweeping } from '../support/sweeping.ts';

let sweeping: Sweeping;
beforeAll(async () => {
  sweeping = await startSweeping();
});
afterAll(() => sweeping.close());

/** A context whose calls end only when they are told to. */
function holding() {
  const held: PromiseWithResolvers<never[]>[] = [];
  const hold = () => {
    const call = Promise.withResolvers<never[]>();
    held.push(call);
    return call.promise;
  };
  const swr: SwrReader = {
    listOrganizations: hold,
    listRepositories: async () => ({ names: await hold() }),
    listSyncTasks: hold,
  };
  const context = sweeping.context({
    accounts: { names: ['main'], clientOf: () => swr },
    checkExistence: async () => {
      await hold();
      return 'gone';
    },
  });
  return { context, held };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('so many calls are under way at a time, whatever they are for', async () => {
  const { context, held } = holding();
  const { accounts, checkExistence } = limitCalls(context, 2);
  const swr = accounts.clientOf('main');
  const ended: string[] = [];
  const all = [
    swr.listOrganizations(noHurry).then(() => ended.push('organizations')),
    swr.listRepositories('acme', 0, noHurry, 100).then(() => ended.push('repositories')),
    swr.listSyncTasks('acme', 'api', noHurry).then(() => ended.push('tasks')),
    checkExistence('github', 'acme/api', noHurry).then((existence) => ended.push(existence)),
  ];
  await settled();
  expect(held).toHaveLength(2);
  for (const [index, count] of [3, 4, 4, 4].entries()) {
    held[index]?.resolve([]);
    await settled();
    expect(held).toHaveLength(count);
  }
  await Promise.all(all);
  expect(ended).toEqual(['organizations', 'repositories', 'tasks', 'gone']);
});

test('a call that fails makes room for the next one', async () => {
  const { context, held } = holding();
  const swr = limitCalls(context, 1).accounts.clientOf('main');
  const failing = swr.listOrganizations(noHurry);
  const next = swr.listOrganizations(noHurry);
  held[0]?.reject(new Error('no'));
  await expect(failing).rejects.toThrow('no');
  held[1]?.resolve([]);
  await expect(next).resolves.toEqual([]);
});
