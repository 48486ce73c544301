// No framework, no schema, no check of any answer, no log line: the least that does the work.
import { call, callAws, post } from './bare-calls.mjs';

const { env } = process;
let loggedIn;

async function logIn() {
  const { SecretString } = await callAws(
    'secretsmanager',
    'secretsmanager.GetSecretValue',
    'application/x-amz-json-1.1',
    { SecretId: env.HUAWEICLOUD_SECRET },
  );
  const { domain, user, password } = JSON.parse(SecretString);
  const { headers } = await post(
    `${env.HUAWEICLOUD_IAM_ENDPOINT}/v3/auth/tokens?nocatalog=true`,
    { 'Content-Type': 'application/json' },
    JSON.stringify({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { domain: { name: domain }, name: user, password } },
        },
        scope: { project: { name: env.HUAWEICLOUD_REGION } },
      },
    }),
  );
  return headers['x-subject-token'];
}

/** Sets texts of an entry of the ledger. */
function write(pk, sk, values) {
  const names = Object.keys(values);
  return callAws('dynamodb', 'DynamoDB_20120810.UpdateItem', 'application/x-amz-json-1.0', {
    TableName: env.LEDGER_TABLE,
    Key: { pk: { S: pk }, sk: { S: sk } },
    UpdateExpression: `SET ${names.map((_, index) => `#${index} = :${index}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(
      names.map((name, index) => [`:${index}`, { S: values[name] }]),
    ),
  });
}

export async function handler({ Records }) {
  for (const { body } of Records) {
    const request = JSON.parse(body);
    const { id, namespace, repository, targets } = request;
    await write(id, 'request', { at: new Date().toISOString(), request: body });
    const path = `/v2/manage/namespaces/${namespace}/repos/${repository.replaceAll('/', '$')}/sync_repo`;
    const url = env.HUAWEICLOUD_SWR_ENDPOINT + path;
    loggedIn ??= logIn();
    const headers = { 'Content-Type': 'application/json', 'X-Auth-Token': await loggedIn };
    const tasks = JSON.parse((await call('GET', url, headers)).body);
    await Promise.all(
      (targets ?? tasks).map(async (task) => {
        const { remoteRegionId, remoteNamespace } = task;
        const key = `${remoteRegionId}/${remoteNamespace}`;
        await write(id, key, { outcome: 'intended', task: JSON.stringify(task) });
        await call('DELETE', url, headers, JSON.stringify({ remoteRegionId, remoteNamespace }));
        await write(id, key, { outcome: 'deleted' });
      }),
    );
    await write(id, 'request', { closedAt: new Date().toISOString() });
    await callAws('events', 'AWSEvents.PutEvents', 'application/x-amz-json-1.1', {
      Entries: tasks.map((task) => ({
        EventBusName: env.EVENT_BUS_NAME,
        Source: 'bench',
        DetailType: 'Sync Task Deleted',
        Detail: JSON.stringify({ request, task }),
      })),
    });
  }
  return { batchItemFailures: [] };
}
