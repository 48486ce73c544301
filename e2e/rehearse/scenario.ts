import assert from 'node:assert/strict';
import { signSample } from '../../cli/send/senders.ts';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import type { AwsClient } from './aws-client.ts';
import type { Deployment } from './deployment.ts';
import { findEcrRule } from './ecr-rule.ts';
import { busEvent, ecrDeleteRepository, putEvents } from './events.ts';
import { countMessages, receiveMessages } from './queues.ts';
import type { Story } from './story.ts';
import { playSweep } from './sweep.ts';
import { listTasks, NAMESPACE } from './tasks.ts';
import { subscribe } from './told-events.ts';
import { playUndo } from './undo.ts';
import { waitFor } from './wait-for.ts';
import { postWebhook } from './webhook.ts';

/** A deletion is a matter of a second; the rest is for a slow machine. */
const PATIENCE_MS = 45_000;

/** The repositories that the events publish as gone, one for each way in. Every other task has to stay. */
const GONE = { webhook: 'hello-world', bus: 'payments/api', ecr: 'payments/worker' };
/** Named by everything that must have no effect. */
const SPARED = 'web';
const POISON = 'neither a cleanup request nor an event';

/** Sends one of everything through the deployed stack, and checks what became of it. */
export async function playScenario(story: Story, deployment: Deployment): Promise<void> {
  const { aws, stackName, outputs, emulator, cleanups } = deployment;
  const { CleanupQueueUrl = '', DeadLetterQueueUrl = '', EventBusName = '' } = outputs;
  const before = listTasks(emulator);
  const doomed = Object.values(GONE).flatMap((repository) => listTasks(emulator, repository));
  const told = await story('queue subscribed to the bus', () => subscribe(aws, EventBusName));
  cleanups.add(() => told.stop());

  // First what must have no effect: by the time that the rest is done, an effect of it would show.
  await story(
    'webhook with a wrong signature',
    () => {
      const deletion = signSample('github', { repository: `acme/${SPARED}` }, 'a wrong one');
      return postWebhook(deployment, { deletion, expectedStatus: 401 });
    },
    ({ status }) => `${status}`,
  );
  const ecrRule = await findEcrRule(aws, stackName);
  await story('events that publish no deletion', async () => {
    await putEvents(aws, [busEvent(EventBusName, 'Repository Created', NAMESPACE, SPARED)]);
    const refused = ecrDeleteRepository(SPARED, 'RepositoryNotEmptyException');
    assert.equal(await ecrRule.matches(refused), false, 'the rule for ECR matches a call that ECR refused');
  });
  await story('message that nothing can read', () =>
    aws.callJson('sqs', 'SendMessage', { QueueUrl: CleanupQueueUrl, MessageBody: POISON }),
  );

  const deletion = signSample('github', { repository: `acme/${GONE.webhook}` }, deployment.gitHubSecret);
  await story(
    'signed webhook',
    () => postWebhook(deployment, { deletion, expectedStatus: 202 }),
    ({ status, body }) => `${status} ${body}`,
  );
  await story('"Repository Deleted" on the own bus', () =>
    putEvents(aws, [busEvent(EventBusName, 'Repository Deleted', NAMESPACE, GONE.bus)]),
  );
  await story('ECR deletion by way of the rule on the default bus', () =>
    ecrRule.deliver(ecrDeleteRepository(GONE.ecr), CleanupQueueUrl),
  );

  await story(
    'tasks of all three repositories gone',
    () =>
      emulator.journal.waitFor(() => !listTasks(emulator).some((task) => doomed.includes(task)), PATIENCE_MS),
    () => `${doomed.length} deleted`,
  );
  await story(
    'unreadable message parked',
    () => waitForPoison(aws, DeadLetterQueueUrl),
    (attributes) => JSON.stringify(attributes),
  );
  await story('cleanup queue empty', () =>
    waitFor(
      'the cleanup queue to be empty',
      async () => ((await countMessages(aws, CleanupQueueUrl)) === 0 ? true : undefined),
      { timeoutMs: PATIENCE_MS },
    ),
  );
  await story(
    'nothing else touched',
    async () => checkUntouched(emulator, before, doomed),
    (kept) => `${kept} other tasks`,
  );
  await story('each of them told on the bus, and what was parked', async () => {
    await told.waitFor('Sync Task Deleted', { count: doomed.length, timeoutMs: PATIENCE_MS });
    await told.waitFor('Cleanup Failed', { count: 1, timeoutMs: PATIENCE_MS });
  });

  await playUndo(story, deployment, {
    told,
    deleted: doomed.length,
    lost: GONE.ecr,
    delivered: { deletion, repository: GONE.webhook },
    patienceMs: PATIENCE_MS,
  });
  const swept = await playSweep(story, deployment, told, PATIENCE_MS);
  await story(
    'everything told on the bus',
    async () => {
      await told.waitFor('Sync Task Deleted', { count: doomed.length + swept, timeoutMs: PATIENCE_MS });
      return told.count();
    },
    (counts) => JSON.stringify(counts),
  );
}

/** Resolves to the attributes of the parked message. */
async function waitForPoison(aws: AwsClient, deadLetterQueueUrl: string) {
  const parked = await waitFor(
    'the unreadable message in the dead-letter queue',
    async () => {
      const messages = await receiveMessages(aws, deadLetterQueueUrl);
      return messages.length === 0 ? undefined : messages;
    },
    { timeoutMs: PATIENCE_MS },
  );
  assert.deepEqual(
    parked.map(({ body }) => body),
    [POISON],
    'the dead-letter queue holds something else',
  );
  const attributes = parked[0]?.attributes ?? {};
  assert.ok(attributes['reason'], `the parked message has no reason: ${JSON.stringify(attributes)}`);
  return attributes;
}

/** Resolves to the number of tasks that were kept. */
function checkUntouched(emulator: Emulator, before: string[], doomed: string[]): number {
  const kept = before.filter((task) => !doomed.includes(task));
  assert.deepEqual(listTasks(emulator), kept, 'another task is gone, or new');
  const strays = emulator.journal
    .of('deleteSyncTask')
    .filter(
      ({ namespace, repository = '' }) =>
        namespace !== NAMESPACE || !Object.values(GONE).includes(repository),
    );
  assert.deepEqual(strays, [], 'a deletion was tried elsewhere');
  return kept.length;
}
