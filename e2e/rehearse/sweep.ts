import assert from 'node:assert/strict';
import * as v from 'valibot';
import type { Deployment } from './deployment.ts';
import type { Story } from './story.ts';
import { listTasks } from './tasks.ts';
import type { ToldEvents } from './told-events.ts';

/** Where safety.allowedTargets of config/rehearsal.yml lets nothing go. */
const NOT_ALLOWED = / to eu-west-101\//;

const REPORT_SHAPE = v.object({
  state: v.literal('applied'),
  percent: v.number(),
  counts: v.object({ tasks: v.number(), found: v.number(), unread: v.literal(0) }),
});

/**
 * Has the deployed function look for tasks that no event names, and waits until they are gone. Resolves to the number of
 * them.
 */
export async function playSweep(
  story: Story,
  { aws, stackName, emulator }: Deployment,
  told: ToldEvents,
  timeoutMs: number,
): Promise<number> {
  const before = listTasks(emulator);
  const found = before.filter((task) => NOT_ALLOWED.test(task));
  assert.ok(found.length > 0, 'there is nothing to find');
  await story(
    'sweep begun',
    () => aws.invoke(`${stackName}-sweep`, {}),
    (answer) => JSON.stringify(answer),
  );
  await story(
    'its report on the bus',
    async () => {
      const [report] = await told.waitFor('Sweep Finished', { count: 1, timeoutMs });
      const { counts, percent } = v.parse(REPORT_SHAPE, report);
      assert.deepEqual([counts.tasks, counts.found], [before.length, found.length]);
      return `applied: ${counts.found} of ${counts.tasks} tasks, ${percent.toFixed(0)} %`;
    },
    (report) => report,
  );
  await story(
    'what it found deleted, and nothing else',
    async () => {
      const kept = before.filter((task) => !found.includes(task));
      await emulator.journal.waitFor(() => listTasks(emulator).length <= kept.length, timeoutMs);
      assert.deepEqual(listTasks(emulator), kept);
      return found;
    },
    (gone) => gone.join(', '),
  );
  return found.length;
}
