// Both clouds in a process of their own, for the workers of the throughput bench. AWS is the stand-in of the other benches and
// not an emulator: what takes longer to answer than the workers to ask would be what is measured.
import { localSeed, startEmulator } from '../local/huaweicloud/emulator.ts';
import { startAwsStandIn } from './aws-stand-in.ts';
import { NAMESPACE, type Order, type Report, type Started } from './backend-messages.ts';
import { secretNames } from './events.ts';
import { TARGETS } from './throughput-messages.ts';

const PROJECT_ID = '0123456789abcdef0123456789abcdef';

const latencyMs = Number(process.argv[2]);
const region = localSeed.region ?? '';
const user = localSeed.users?.[0];
if (user?.accessKey === undefined) throw new Error('the seed has no user with an access key');

const { url, cloud, journal } = await startEmulator({
  seed: { ...localSeed, organizations: [], projects: [{ name: region, id: PROJECT_ID }] },
  latencyMs,
});
const aws = await startAwsStandIn({
  [secretNames.huaweicloud]: JSON.stringify({
    domain: user.domain,
    user: user.name,
    password: user.password,
  }),
  [secretNames.huaweicloudKeys]: JSON.stringify({ ...user.accessKey, projectId: PROJECT_ID }),
});

function plant(repositories: readonly string[]): void {
  aws.clear();
  journal.clear();
  for (const repository of repositories) {
    cloud.addRepository(NAMESPACE, repository);
    for (const target of TARGETS)
      cloud.addTask({ namespace: NAMESPACE, repository, ...target, syncAuto: true });
  }
}

function report(): Report {
  const calls: Record<string, number> = {};
  for (const call of aws.actions) calls[call] = (calls[call] ?? 0) + 1;
  for (const { operation } of journal.entries) calls[operation] = (calls[operation] ?? 0) + 1;
  return { calls, tasksLeft: cloud.tasks().length };
}

process.on('message', (order: Order) => {
  if (order.type === 'plant') plant(order.repositories);
  process.send?.(report());
});
process.on('disconnect', () => process.exit());
process.send?.({ awsUrl: aws.url, huaweiCloudUrl: url, region } satisfies Started);
