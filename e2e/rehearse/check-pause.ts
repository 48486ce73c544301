import assert from 'node:assert/strict';
import * as v from 'valibot';
import { signSample } from '../../cli/send/senders.ts';
import { type Deployment, describeTasks, ORGANIZATION, postWebhook, runSwrSync } from './deployment.ts';

const TIMEOUT_MS = 45_000;
const REPOSITORY = 'paused';
const OCCURRED_BEFORE = '2026-03-02T08:15:27Z';

const pausedSchema = v.object({
  switches: v.array(v.object({ state: v.string() })),
  queues: v.tupleWithRest([v.object({ waiting: v.number() })], v.unknown()),
});

/** Pauses the stage, deploys it again, and resumes it: a webhook's deletion waits that long. @returns its tasks. */
export async function checkPause(deployment: Deployment): Promise<number> {
  const { step, emulator, gitHubSecret, redeploy } = deployment;
  const target = { remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr', createdAt: OCCURRED_BEFORE };
  emulator.cloud.addRepository(ORGANIZATION, REPOSITORY);
  emulator.cloud.addTask({ namespace: ORGANIZATION, repository: REPOSITORY, ...target });
  const tasks = describeTasks(emulator, REPOSITORY);
  const run = async (command: 'pause' | 'resume', state: string) => {
    const { switches, queues } = v.parse(pausedSchema, await runSwrSync(deployment, [command]));
    assert.deepEqual(new Set(switches.map((each) => each.state)), new Set([state]));
    return queues[0].waiting;
  };
  await step('stage paused', () => run('pause', 'disabled'));
  await step('signed webhook while it is paused', () =>
    postWebhook(deployment, signSample('github', { repository: `acme/${REPOSITORY}` }, gitHubSecret), 202),
  );
  await step('stage deployed again', redeploy);
  await step('still paused: the request waits, and nothing is deleted', async () => {
    assert.equal(await run('pause', 'disabled'), 1, 'the cleanup queue holds something else');
    assert.deepEqual(describeTasks(emulator, REPOSITORY), tasks);
  });
  await step('resumed, and its task deleted', async () => {
    await run('resume', 'enabled');
    await emulator.journal.waitFor(() => describeTasks(emulator, REPOSITORY).length === 0, TIMEOUT_MS);
    return tasks.join(', ');
  });
  return tasks.length;
}
