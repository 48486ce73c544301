// Everything that a measured process calls, in a process of its own, so that they share no event loop and no memory.
import { createHash, randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { startDynamoDb } from '../local/dynamodb.ts';
import { localSeed, startEmulator } from '../local/huaweicloud/emulator.ts';
import { serveAws } from '../local/loopback/serve-aws.ts';
import { offer } from './children.ts';
import { GITHUB_SECRET, splitImage, TARGET_REGION } from './events.ts';

export interface BackendOptions {
  /** Delay of each answer of Huawei Cloud; 0 if missing. */
  readonly latencyMs?: number;
  /** Keeps the ledger in an emulator of DynamoDB. If missing, writes to the ledger are answered at once and forgotten. */
  readonly dynamoDb?: boolean;
}

const PROJECT_ID = '0123456789abcdef0123456789abcdef';

const { latencyMs = 0, dynamoDb = false }: BackendOptions = JSON.parse(process.argv[2] ?? '');
const { region = '', users = [] } = localSeed;
const [user] = users;
if (user?.accessKey === undefined) throw new Error('the seed has no user with an access key');

const projects = [{ name: region, id: PROJECT_ID }];
const source = await startEmulator({ seed: { region, users, projects }, latencyMs });
const target = await startEmulator({
  seed: { region: TARGET_REGION, users, organizations: [{ name: 'acme-dr' }] },
  latencyMs,
});
const ledger = dynamoDb ? await startDynamoDb('bench-ledger') : undefined;
const secrets: Readonly<Record<string, string>> = {
  'bench/huaweicloud': JSON.stringify({ domain: user.domain, user: user.name, password: user.password }),
  'bench/huaweicloud-keys': JSON.stringify({ ...user.accessKey, projectId: PROJECT_ID }),
  'bench/github': GITHUB_SECRET,
};
const secretSchema = v.object({ SecretId: v.string() });
const messageSchema = v.object({ MessageBody: v.string() });
const actions: string[] = [];
// Nothing is stored. An emulator would take longer to answer than a function to call, and its time would be measured.
const aws = await serveAws(
  {
    GetSecretValue(input) {
      const { SecretId } = v.parse(secretSchema, input);
      const ARN = `arn:aws:secretsmanager:eu-central-1:000000000000:secret:${SecretId}-AbCdEf`;
      return { ARN, Name: SecretId, SecretString: secrets[SecretId], VersionId: randomUUID() };
    },
    // Every request is new: seen once.
    UpdateItem: () => ({ Attributes: { seen: { N: '1' } } }),
    PutEvents: () => ({ FailedEntryCount: 0, Entries: [] }),
    SendMessage(input) {
      const { MessageBody } = v.parse(messageSchema, input);
      // The AWS SDK compares the hash.
      return {
        MessageId: randomUUID(),
        MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
      };
    },
  },
  (action) => actions.push(action),
);

const operations = {
  /** Environment of a measured process. The credentials are worthless. */
  environment: (): Record<string, string> => ({
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_SESSION_TOKEN: 'bench',
    AWS_ENDPOINT_URL: aws.url,
    ...(ledger && { AWS_ENDPOINT_URL_DYNAMODB: ledger.endpoint }),
    CLEANUP_QUEUE_URL: `${aws.url}/000000000000/cleanup`,
    DEAD_LETTER_QUEUE_URL: `${aws.url}/000000000000/dead-letters`,
    LEDGER_TABLE: 'bench-ledger',
    EVENT_BUS_NAME: 'bench',
    HUAWEICLOUD_IAM_ENDPOINT: source.url,
    HUAWEICLOUD_SWR_ENDPOINT: source.url,
    HUAWEICLOUD_TARGET_ENDPOINT: target.url,
    HUAWEICLOUD_REGION: region,
    HUAWEICLOUD_SECRET: 'bench/huaweicloud',
    HUAWEICLOUD_KEYS_SECRET: 'bench/huaweicloud-keys',
    GITHUB_SECRET: 'bench/github',
  }),
  /** Forgets all calls, and adds repositories of SWR with a task for each organization in the target region. */
  prepare({ images, remoteNamespaces }: Readonly<Record<'images' | 'remoteNamespaces', readonly string[]>>) {
    actions.length = 0;
    for (const { journal } of [source, target]) journal.clear();
    for (const image of images.map(splitImage)) {
      source.cloud.addRepository(image.namespace, image.repository);
      for (const remoteNamespace of remoteNamespaces) {
        const task = { ...image, remoteRegionId: TARGET_REGION, remoteNamespace };
        // Older than any event: newer tasks would be kept.
        source.cloud.addTask({ ...task, createdAt: '2026-03-02T08:15:27.53183Z' });
      }
    }
  },
  /** Number of calls of each operation since the last `prepare`, and of existing tasks. */
  report() {
    const journals = [source, target].flatMap(({ journal }) => journal.entries);
    const calls: Record<string, number> = {};
    for (const call of [...actions, ...journals.map(({ operation }) => operation)])
      calls[call] = (calls[call] ?? 0) + 1;
    return { calls, tasksLeft: source.cloud.tasks().length };
  },
};
export type BackendOperations = typeof operations;

offer(operations);
