import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Operation } from '../../local/huaweicloud/emulator.ts';
import { DR } from '../support/cloud.ts';
import { useOperating } from '../support/operating.ts';

/** Delay that keeps calls in flight until Ctrl-C, also on a busy machine. */
const LONG_MS = 500;
const REPOSITORIES = 20;

const operating = useOperating();
/** One of its own for each test. */
let shop: string;
let tests = 0;
beforeEach(() => {
  tests += 1;
  shop = `shop-${tests}`;
  for (let index = 0; index < REPOSITORIES; index += 1) {
    const repository = `r${index}`;
    operating.cloud.cloud.addRepository(shop, repository);
    operating.cloud.cloud.addTask({ namespace: shop, repository, ...DR, syncAuto: true });
  }
  operating.cloud.journal.clear();
});

const left = () => operating.cloud.cloud.tasks(shop).length;

/** Starts a command, and presses Ctrl-C while the first calls of this kind are in flight. */
async function interrupt(command: string, operation: Operation, count: number) {
  operating.cloud.fault(operation, { delayMs: LONG_MS }, { times: 100 });
  const { interrupt: press, ended } = operating.start(command);
  await operating.cloud.journal.waitFor(() => operating.cloud.journal.of(operation).length === count);
  press();
  const ran = await ended;
  operating.cloud.clearFaults();
  return ran;
}

const stopping = 'Stopping: calls in flight are finished first. Press Ctrl-C again to end at once.\n';

describe('Ctrl-C finishes calls in flight, starts no new one, and counts the rest', () => {
  test('of tasks to be listed', async () => {
    const { status, stdout, stderr } = await interrupt(`tasks ${shop} --json`, 'listSyncTasks', 16);
    expect(status).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ complete: false, failures: [] });
    expect(JSON.parse(stdout).tasks).toHaveLength(16);
    expect(stderr).toBe(
      `${stopping}4 repositories not listed.\n16 tasks of ${shop} in account main (cn-north-4).\n`,
    );
  });

  test('of tasks to be deleted, all of which are on the record, and then are deleted by the next try', async () => {
    const { status, stdout, stderr } = await interrupt(
      `clean ${shop} --organization --yes`,
      'deleteSyncTask',
      2,
    );
    expect(status).toBe(130);
    expect(stdout.match(/^deleted /gm)).toHaveLength(2);
    expect(stdout.match(/^not tried /gm)).toHaveLength(18);
    expect(stderr).toMatch(/^2 deleted, 18 not tried\.$|^18 not tried, 2 deleted\.$/m);
    expect([left(), operating.cloud.journal.of('deleteSyncTask').length]).toEqual([18, 2]);
    const entries = await Array.fromAsync(
      operating.history.ofRepository({ account: 'main', namespace: shop }),
    );
    const outcomes = entries.flatMap((entry) => (entry.kind === 'task' ? [entry.outcome] : []));
    expect(outcomes).toEqual(['deleted', 'deleted']);

    const again = await operating.run(`clean ${shop} --organization --yes`);
    expect([again.status, left()]).toEqual([0, 0]);
  });

  test('of tasks to be restored, and the next try restores them', async () => {
    const deleted = 10;
    for (let index = 0; index < deleted; index += 1)
      await operating.deleteTasks(`gone-${tests}`, shop, `r${index}`);
    const command = `restore --delivery gone-${tests} --yes`;
    const { status, stderr } = await interrupt(command, 'createSyncTask', 8);
    expect([status, left()]).toEqual([130, REPOSITORIES - deleted + 8]);
    expect(stderr).toMatch(/^8 restored, 2 not tried\.$|^2 not tried, 8 restored\.$/m);
    const again = await operating.run(command);
    expect([again.status, left()]).toEqual([0, REPOSITORIES]);
  });

  test('before anything is asked or deleted, nothing is', async () => {
    const { status, stdout } = await interrupt(`clean ${shop} --organization --yes`, 'listSyncTasks', 8);
    expect(status).toBe(130);
    expect(stdout.match(/^would be deleted /gm)).toHaveLength(8);
    expect(operating.cloud.journal.of('deleteSyncTask')).toEqual([]);
  });

  test('of the checks of a doctor', async () => {
    const { status, stdout } = await interrupt(`doctor`, 'createToken', 1);
    expect(status).toBe(130);
    expect(stdout).toMatch(/^not checked {2}account other +ended by Ctrl-C$/m);
    expect(stdout).toMatch(/^not checked {2}ledger +ended by Ctrl-C$/m);
  });
});

test('a pause before a retry ends with Ctrl-C', async () => {
  operating.cloud.fault('listSyncTasks', { status: 429, headers: { 'Retry-After': '20' } }, { times: 100 });
  const { interrupt: press, ended } = operating.start(`tasks ${shop}/r0`);
  await operating.cloud.journal.waitFor((entries) => entries.some(({ status }) => status === 429));
  press();
  await expect(ended).resolves.toMatchObject({ status: 130, stderr: expect.stringContaining('Failed: ') });
});
