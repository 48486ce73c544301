import assert from 'node:assert/strict';
import * as v from 'valibot';
import { signSample } from '../../cli/send/senders.ts';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { invokeFunction, waitFor } from './aws.ts';
import { checkPause } from './check-pause.ts';
import { type Deployment, describeTasks, ORGANIZATION, postWebhook, runSwrSync } from './deployment.ts';
import { ecrDeleteRepository, findEcrRule, putEvent } from './events.ts';
import { countMessages, receiveMessages, type Subscription, sendMessage, subscribe } from './queues.ts';
import { STACK } from './stack.ts';

/** A deletion takes about a second; the rest is for a slow machine. */
const TIMEOUT_MS = 45_000;
/** The repositories that the events report as deleted, one for each event source. Every other task has to stay. */
const GONE = { webhook: 'hello-world', bus: 'payments/api', ecr: 'payments/worker' };
/** Named by all events that must have no effect. */
const SPARED = 'web';
const UNREADABLE = 'neither a cleanup request nor an event';
/** Not in `safety.allowedTargets` of config/rehearsal.yml. */
const NOT_ALLOWED = / to eu-west-101\//;

const historySchema = v.object({
  entries: v.array(v.object({ kind: v.string(), outcome: v.optional(v.string()) })),
});
const restoreSchema = v.object({ tasks: v.array(v.object({ outcome: v.string() })) });
const reportSchema = v.object({
  state: v.literal('applied'),
  percent: v.number(),
  counts: v.object({ tasks: v.number(), found: v.number(), unread: v.literal(0) }),
});

/** Sends one event of every kind through the deployed stack, and checks the results. */
export async function checkDeployment(deployment: Deployment): Promise<void> {
  const { step, outputs, emulator, cleanUp } = deployment;
  const { CleanupQueueUrl = '', DeadLetterQueueUrl = '', EventBusName = '' } = outputs;
  const before = describeTasks(emulator);
  const doomed = Object.values(GONE).flatMap((repository) => describeTasks(emulator, repository));
  const published = await step('queue subscribed to the bus', () => subscribe(EventBusName));
  cleanUp(() => published.end());

  // First what must have no effect: by the time that the rest is done, an effect of it would show.
  const forged = signSample('github', { repository: `acme/${SPARED}` }, 'a wrong one');
  await step('webhook with a wrong signature', () => postWebhook(deployment, forged, 401));
  const ecrRule = await findEcrRule();
  await step('events that report no deletion', async () => {
    await putEvent(EventBusName, 'Repository Created', ORGANIZATION, SPARED);
    const rejected = ecrDeleteRepository(SPARED, { rejected: true });
    assert.ok(!(await ecrRule.matches(rejected)), 'the rule for ECR matches a call that ECR has rejected');
  });
  await step('unreadable message', () => sendMessage(CleanupQueueUrl, UNREADABLE));

  const deletion = signSample('github', { repository: `acme/${GONE.webhook}` }, deployment.gitHubSecret);
  await step('signed webhook', () => postWebhook(deployment, deletion, 202));
  await step('"Repository Deleted" on the own bus', () =>
    putEvent(EventBusName, 'Repository Deleted', ORGANIZATION, GONE.bus),
  );
  await step('ECR deletion by way of the rule on the default bus', () =>
    ecrRule.deliver(ecrDeleteRepository(GONE.ecr), CleanupQueueUrl),
  );

  await step('tasks of all three repositories gone', async () => {
    const isGone = () => !describeTasks(emulator).some((task) => doomed.includes(task));
    await emulator.journal.waitFor(isGone, TIMEOUT_MS);
    return `${doomed.length} deleted`;
  });
  await step('unreadable message dead-lettered', () => checkDeadLetters(DeadLetterQueueUrl));
  const isEmpty = async () => (await countMessages(CleanupQueueUrl)) === 0 || undefined;
  await step('cleanup queue empty', () => waitFor('the cleanup queue to be empty', isEmpty, TIMEOUT_MS));
  await step('all other tasks kept', async () => checkKept(emulator, before, doomed));
  await step('each deletion published on the bus, and the failure', async () => {
    await published.waitFor('Sync Task Deleted', doomed.length, TIMEOUT_MS);
    await published.waitFor('Cleanup Failed', 1, TIMEOUT_MS);
  });

  await checkHistoryAndRestore(deployment, doomed.length);
  await step('the same webhook delivered again, and a task that was created since then kept', async () => {
    const target = { remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' };
    emulator.cloud.addTask({ namespace: ORGANIZATION, repository: GONE.webhook, ...target });
    await postWebhook(deployment, deletion, 202);
    const fits = (detail: { repository?: string | undefined }) => detail.repository === GONE.webhook;
    const [kept] = await published.waitFor('Sync Task Kept', 1, TIMEOUT_MS, fits);
    assert.equal(describeTasks(emulator, GONE.webhook).length, 1, 'the new task is gone');
    return String(kept?.['reason']);
  });
  const swept = await checkSweep(deployment, published);
  const resumed = await checkPause(deployment);
  await step('everything published on the bus', async () => {
    await published.waitFor('Sync Task Deleted', doomed.length + swept + resumed, TIMEOUT_MS);
    return JSON.stringify(published.count());
  });
}

/** @returns the attributes of the dead-lettered message. */
async function checkDeadLetters(queueUrl: string): Promise<string> {
  const receive = async () => {
    const received = await receiveMessages(queueUrl);
    return received.length === 0 ? undefined : received;
  };
  const messages = await waitFor('the unreadable message in the dead-letter queue', receive, TIMEOUT_MS);
  const bodies = messages.map(({ Body }) => Body);
  assert.deepEqual(bodies, [UNREADABLE], 'the dead-letter queue holds something else');
  const entries = Object.entries(messages[0]?.MessageAttributes ?? {});
  const attributes = Object.fromEntries(entries.map(([name, { StringValue }]) => [name, StringValue]));
  const text = JSON.stringify(attributes);
  assert.ok(attributes['reason'], `the dead-lettered message has no reason: ${text}`);
  return text;
}

function checkKept(emulator: Emulator, before: string[], doomed: string[]): string {
  const kept = before.filter((task) => !doomed.includes(task));
  assert.deepEqual(describeTasks(emulator), kept, 'another task is gone, or new');
  const repositories = Object.values(GONE);
  const strays = emulator.journal
    .of('deleteSyncTask')
    .filter(
      ({ namespace, repository = '' }) => namespace !== ORGANIZATION || !repositories.includes(repository),
    );
  assert.deepEqual(strays, [], 'a deletion was tried elsewhere');
  return `${kept.length} other tasks`;
}

async function checkHistoryAndRestore(deployment: Deployment, deleted: number): Promise<void> {
  const { step, emulator } = deployment;
  await step('every deletion in the ledger', async () => {
    const { entries } = v.parse(historySchema, await runSwrSync(deployment, ['history', ORGANIZATION]));
    const outcomes = entries.filter(({ kind }) => kind === 'task').map(({ outcome }) => outcome);
    assert.deepEqual(outcomes, Array<string>(deleted).fill('deleted'));
    return `${entries.length} entries`;
  });
  await step('one of them restored by the operator', async () => {
    const restored = await runSwrSync(deployment, ['restore', `${ORGANIZATION}/${GONE.ecr}`, '--yes']);
    const outcomes = v.parse(restoreSchema, restored).tasks.map(({ outcome }) => outcome);
    assert.deepEqual(outcomes, ['restored']);
    const [task] = emulator.cloud.tasks(ORGANIZATION, GONE.ecr);
    assert.deepEqual([task?.syncAuto, task?.override], [true, true], 'it is not as it was');
    return describeTasks(emulator, GONE.ecr).join(', ');
  });
}

/** Has the deployed function sweep, and waits until the tasks that it finds are deleted. @returns their number. */
async function checkSweep({ step, emulator }: Deployment, published: Subscription): Promise<number> {
  const before = describeTasks(emulator);
  const found = before.filter((task) => NOT_ALLOWED.test(task));
  assert.ok(found.length > 0, 'there is nothing to find');
  await step('sweep begun', () => invokeFunction(`${STACK}-sweep`, {}));
  await step('its report on the bus', async () => {
    const [report] = await published.waitFor('Sweep Finished', 1, TIMEOUT_MS);
    const { counts, percent } = v.parse(reportSchema, report);
    assert.deepEqual([counts.tasks, counts.found], [before.length, found.length]);
    return `applied: ${counts.found} of ${counts.tasks} tasks, ${percent.toFixed(0)} %`;
  });
  await step('the tasks that it found deleted, and no other', async () => {
    const kept = before.filter((task) => !found.includes(task));
    await emulator.journal.waitFor(() => describeTasks(emulator).length <= kept.length, TIMEOUT_MS);
    assert.deepEqual(describeTasks(emulator), kept);
    return found.join(', ');
  });
  return found.length;
}
