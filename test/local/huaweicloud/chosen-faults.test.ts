import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Emulator, Operation } from '../../../local/huaweicloud/emulator.ts';
import { authenticate, startAcme, syncRepo } from './acme.ts';
import { sendRequest } from './send-request.ts';

let emulator: Emulator;
let headers: Record<string, string>;
beforeEach(async () => {
  emulator = await startAcme();
  headers = await authenticate(emulator.url);
});
afterEach(() => emulator.close());

async function listStatuses(times: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < times; i += 1)
    statuses.push((await sendRequest(emulator.url, { path: syncRepo('hello'), headers })).status);
  return statuses;
}

test('are asked for anew with each call', async () => {
  const statuses = [500, undefined, 503, undefined];
  emulator.faultWhere(() => {
    const status = statuses.shift();
    return status === undefined ? undefined : { status };
  });
  expect(await listStatuses(5)).toEqual([500, 200, 503, 200, 200]);
});

test('are asked for with the operation', async () => {
  const asked: Operation[] = [];
  emulator.faultWhere((operation) => {
    asked.push(operation);
    return undefined;
  });
  await authenticate(emulator.url);
  await listStatuses(1);
  await sendRequest(emulator.url, { path: '/nowhere' });
  expect(asked).toEqual(['createToken', 'listSyncTasks', 'unknown']);
});

test('leave those alone that the script is for', async () => {
  let asked = 0;
  emulator.faultWhere(() => {
    asked += 1;
    return { status: 503 };
  });
  emulator.fault('listSyncTasks', { status: 500 }, { nth: 2 });
  emulator.fault('listSyncTasks', { delayMs: 0 }, { nth: 3 });
  expect(await listStatuses(4)).toEqual([503, 500, 200, 503]);
  expect(asked).toBe(2);
});

test('are chosen by the last one that was given', async () => {
  emulator.faultWhere(() => ({ status: 500 }));
  emulator.faultWhere(() => ({ status: 503 }));
  expect(await listStatuses(1)).toEqual([503]);
});

test('can be cleared', async () => {
  emulator.faultWhere(() => ({ status: 500 }));
  emulator.clearFaults();
  expect(await listStatuses(1)).toEqual([200]);
});
