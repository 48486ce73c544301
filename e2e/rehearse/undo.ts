import assert from 'node:assert/strict';
import * as v from 'valibot';
import type { Content } from '../../cli/send/signatures.ts';
import type { Deployment } from './deployment.ts';
import { operate } from './operate.ts';
import type { Story } from './story.ts';
import { listTasks, NAMESPACE } from './tasks.ts';
import type { ToldEvents } from './told-events.ts';
import { postWebhook } from './webhook.ts';

const HISTORY_SHAPE = v.object({
  entries: v.array(
    v.object({
      kind: v.string(),
      id: v.string(),
      outcome: v.optional(v.string()),
      repository: v.optional(v.string()),
      counts: v.optional(v.record(v.string(), v.number())),
    }),
  ),
});
const RESTORE_SHAPE = v.object({ tasks: v.array(v.object({ outcome: v.string() })) });

type Undo = {
  told: ToldEvents;
  /** How many tasks were deleted so far. */
  deleted: number;
  /** A repository all of whose tasks were deleted. */
  lost: string;
  /** A webhook that was worked off, and the repository that it is about. */
  delivered: { deletion: Content; repository: string };
  patienceMs: number;
};

/** What is on the record, what comes back from it, and what stays although it is said again to be gone. */
export async function playUndo(
  story: Story,
  deployment: Deployment,
  { told, deleted, lost, delivered, patienceMs }: Undo,
): Promise<void> {
  const { emulator } = deployment;
  await story(
    'every deletion in the ledger',
    async () => {
      const { entries } = v.parse(HISTORY_SHAPE, await operate(deployment, ['history', NAMESPACE]));
      const outcomes = entries.filter(({ kind }) => kind === 'task').map(({ outcome }) => outcome);
      assert.deepEqual(
        outcomes,
        Array.from({ length: deleted }, () => 'deleted'),
      );
      return entries.length;
    },
    (count) => `${count} entries`,
  );

  await story(
    'one of them restored by the operator',
    async () => {
      const restored = await operate(deployment, ['restore', `${NAMESPACE}/${lost}`, '--yes']);
      assert.deepEqual(
        v.parse(RESTORE_SHAPE, restored).tasks.map(({ outcome }) => outcome),
        ['restored'],
      );
      const [task] = emulator.cloud.tasks(NAMESPACE, lost);
      assert.deepEqual([task?.syncAuto, task?.override], [true, true], 'it is not as it was');
    },
    () => listTasks(emulator, lost).join(', '),
  );

  const { deletion, repository } = delivered;
  await story(
    'the same webhook delivered again, and a task that was made since then kept',
    async () => {
      const target = { remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' };
      emulator.cloud.addTask({ namespace: NAMESPACE, repository, ...target });
      await postWebhook(deployment, { deletion, expectedStatus: 202 });
      const fits = (detail: { repository?: string | undefined }) => detail.repository === repository;
      const [kept] = await told.waitFor('Sync Task Kept', { count: 1, timeoutMs: patienceMs, fits });
      assert.equal(listTasks(emulator, repository).length, 1, 'the new task is gone');
      return kept;
    },
    (kept) => String(kept?.['reason']),
  );
}
