// Both regions and the ledger in a process of their own: their memory and their work are not those of a sweep.
import { startDynamoDb } from '../local/dynamodb.ts';
import { startEmulator } from '../local/huaweicloud/emulator.ts';
import { type Clouds, FAR_REGION, LATENCY_MS, REGION } from './sweep-messages.ts';

const ORGANIZATIONS = 4;
/** One of so many repositories has a task to an organization that is gone. */
const GONE_EVERY = 100;
const CREATED_AT = '2026-03-02T08:15:27.53183Z';

const user = { domain: 'bench', name: 'sweep', password: 'only-for-the-emulator' };
const repositories = Number(process.argv[2]);

const [cloud, far, dynamoDb] = await Promise.all([
  startEmulator({ seed: { region: REGION, users: [user] }, latencyMs: LATENCY_MS }),
  startEmulator({
    seed: { region: FAR_REGION, users: [user], organizations: [{ name: 'acme-dr' }] },
    latencyMs: LATENCY_MS,
  }),
  startDynamoDb(),
]);
for (let index = 0; index < repositories; index += 1) {
  const namespace = `acme-${index % ORGANIZATIONS}`;
  const repository = `team-${index % 50}/service-${index}`;
  const remoteNamespace = index % GONE_EVERY === 0 ? 'acme-gone' : 'acme-dr';
  cloud.cloud.addRepository(namespace, repository);
  cloud.cloud.addTask({
    namespace,
    repository,
    remoteRegionId: FAR_REGION,
    remoteNamespace,
    createdAt: CREATED_AT,
  });
}

process.on('message', () => {
  const calls = cloud.journal.entries.length + far.journal.entries.length;
  cloud.journal.clear();
  far.journal.clear();
  process.send?.({ calls });
});
process.on('disconnect', () => process.exit());
process.send?.({
  url: cloud.url,
  farUrl: far.url,
  secret: JSON.stringify({ domain: user.domain, user: user.name, password: user.password }),
  dynamoDbUrl: dynamoDb.endpoint,
  table: dynamoDb.table,
} satisfies Clouds);
