import assert from 'node:assert/strict';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { signGitHubDeletion } from '../../local/sample-deletion.ts';
import type { Answer, AwsClient } from './aws-client.ts';
import { findEcrRule } from './ecr-rule.ts';
import { busEvent, ecrDeleteRepository, putEvents } from './events.ts';
import { countMessages, receiveMessages } from './queues.ts';
import type { Outputs } from './stack.ts';
import type { Story } from './story.ts';
import { waitFor } from './wait-for.ts';

/** A deletion is a matter of a second; the rest is for a slow machine. */
const PATIENCE_MS = 45_000;

const NAMESPACE = 'acme-images';
/** The repositories that the events announce as gone, one for each way in. Every other task has to stay. */
const GONE = { webhook: 'hello-world', bus: 'payments/api', ecr: 'payments/worker' };
/** Named by everything that must have no effect. */
const SPARED = 'web';
const POISON = 'neither a cleanup request nor an event';

export type Deployment = {
  aws: AwsClient;
  stackName: string;
  outputs: Outputs;
  emulator: Emulator;
  gitHubSecret: string;
};

/** Sends one of everything through the deployed stack, and checks what became of it. */
export async function playScenario(story: Story, deployment: Deployment): Promise<void> {
  const { aws, stackName, outputs, emulator } = deployment;
  const { CleanupQueueUrl = '', DeadLetterQueueUrl = '', EventBusName = '' } = outputs;
  const before = listTasks(emulator);
  const doomed = Object.values(GONE).flatMap((repository) => listTasks(emulator, repository));

  // First what must have no effect: by the time that the rest is done, an effect of it would show.
  await story(
    'webhook with a wrong signature',
    () => postWebhook(deployment, { repository: SPARED, secret: 'a wrong one', expectedStatus: 401 }),
    ({ status }) => `${status}`,
  );
  const ecrRule = await findEcrRule(aws, stackName);
  await story('events that announce no deletion', async () => {
    await putEvents(aws, [busEvent(EventBusName, 'Repository Created', NAMESPACE, SPARED)]);
    const refused = ecrDeleteRepository(SPARED, 'RepositoryNotEmptyException');
    assert.equal(await ecrRule.matches(refused), false, 'the rule for ECR matches a call that ECR refused');
  });
  await story('message that nothing can read', () =>
    aws.callJson('sqs', 'SendMessage', { QueueUrl: CleanupQueueUrl, MessageBody: POISON }),
  );

  await story(
    'signed webhook',
    () =>
      postWebhook(deployment, {
        repository: GONE.webhook,
        secret: deployment.gitHubSecret,
        expectedStatus: 202,
      }),
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
}

type WebhookCall = { repository: string; secret: string; expectedStatus: number };

async function postWebhook(
  { aws, outputs }: Deployment,
  { repository, secret, expectedStatus }: WebhookCall,
): Promise<Answer> {
  const answer = await aws.callHttpApi(outputs['HttpApiId'] ?? '', {
    method: 'POST',
    path: '/webhooks/github',
    ...signGitHubDeletion(`acme/${repository}`, secret),
  });
  assert.equal(answer.status, expectedStatus, `the webhook was answered ${answer.status}: ${answer.body}`);
  return answer;
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

function listTasks(emulator: Emulator, repository?: string): string[] {
  const tasks =
    repository === undefined ? emulator.cloud.tasks() : emulator.cloud.tasks(NAMESPACE, repository);
  return tasks.map(
    ({ namespace, repoName, remoteRegionId, remoteNamespace }) =>
      `${namespace}/${repoName} to ${remoteRegionId}/${remoteNamespace}`,
  );
}
