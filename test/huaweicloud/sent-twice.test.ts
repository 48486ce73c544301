import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { SwrClient } from '../../lib/huaweicloud/swr.ts';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { DR, startCloud } from '../support/cloud.ts';
import { noHurry } from '../support/deadline.ts';
import { swrClient } from '../support/swr-client.ts';

const FORBIDDEN = { status: 403, code: 'SVCSTG.SWR.4030170' };

let cloud: Emulator;
let swr: SwrClient;
beforeEach(async () => {
  cloud = await startCloud();
  swr = swrClient(cloud.url);
  // The next call goes over the connection that this one leaves.
  await swr.listSyncTasks('acme', 'payments/api', noHurry);
});
afterEach(() => cloud.close());

const deleteTask = () => swr.deleteSyncTask('acme', 'payments/api', DR, noHurry);
const broken = { reset: 'headers', afterwards: true } as const;

describe('a call on a connection that breaks is sent once more', () => {
  test('and a task that is gone then was deleted by the first one', async () => {
    cloud.fault('deleteSyncTask', broken);
    await expect(deleteTask()).resolves.toBe('deleted');
    expect(cloud.journal.of('deleteSyncTask')).toHaveLength(2);
  });

  test('and a deletion that is refused then may have been carried out: another try begins with a look', async () => {
    cloud.fault('deleteSyncTask', broken);
    cloud.fault('deleteSyncTask', FORBIDDEN, { nth: 2 });
    await expect(deleteTask()).rejects.toMatchObject({ failure: { ...FORBIDDEN, retryable: true } });
    expect(cloud.cloud.tasks()).toHaveLength(1);
  });

  test('and a list that is refused then is for a person', async () => {
    cloud.fault('listSyncTasks', broken);
    cloud.fault('listSyncTasks', FORBIDDEN, { nth: 2 });
    await expect(swr.listSyncTasks('acme', 'payments/api', noHurry)).rejects.toMatchObject({
      failure: { ...FORBIDDEN, retryable: false },
    });
  });
});

test('a deletion that is sent once and refused is for a person', async () => {
  cloud.fault('deleteSyncTask', FORBIDDEN);
  await expect(deleteTask()).rejects.toMatchObject({ failure: { ...FORBIDDEN, retryable: false } });
  expect(cloud.journal.of('deleteSyncTask')).toHaveLength(1);
});
