// Both clouds in a process of their own, so that no measured process waits for an event loop that it shares with them.
import { localSeed, startEmulator } from '../local/huaweicloud/emulator.ts';
import { startAwsStandIn } from './aws-stand-in.ts';
import { NAMESPACE, type Order, type Report, type Started, TARGET } from './backend-messages.ts';
import { GITHUB_SECRET, secretNames } from './events.ts';

const PROJECT_ID = '0123456789abcdef0123456789abcdef';

const region = localSeed.region ?? '';
const user = localSeed.users?.[0];
if (user?.accessKey === undefined) throw new Error('the seed has no user with an access key');

const huaweiCloud = await startEmulator({
  seed: { ...localSeed, organizations: [], projects: [{ name: region, id: PROJECT_ID }] },
});
const aws = await startAwsStandIn({
  [secretNames.huaweicloud]: JSON.stringify({
    domain: user.domain,
    user: user.name,
    password: user.password,
  }),
  [secretNames.huaweicloudKeys]: JSON.stringify({ ...user.accessKey, projectId: PROJECT_ID }),
  [secretNames.github]: GITHUB_SECRET,
});

function plant(repositories: readonly string[]): void {
  aws.clear();
  huaweiCloud.journal.clear();
  for (const repository of repositories) {
    huaweiCloud.cloud.addRepository(NAMESPACE, repository);
    huaweiCloud.cloud.addTask({ namespace: NAMESPACE, repository, ...TARGET, syncAuto: true });
  }
}

function report(): Report {
  const operations = huaweiCloud.journal.entries.map(({ operation }) => operation);
  const calls: Record<string, number> = {};
  for (const call of [...aws.actions, ...operations]) calls[call] = (calls[call] ?? 0) + 1;
  return { calls, tasksLeft: huaweiCloud.cloud.tasks().length };
}

process.on('message', (order: Order) => {
  if (order.type === 'plant') plant(order.repositories);
  process.send?.(report());
});
process.on('disconnect', () => process.exit());
process.send?.({ awsUrl: aws.url, huaweiCloudUrl: huaweiCloud.url, region } satisfies Started);
