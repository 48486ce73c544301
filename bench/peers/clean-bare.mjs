// No framework, no schema, no check of any answer, no log line: the least that does the work.
import { call, callAws } from './bare-calls.mjs';
import { entryOf, eventsOf, loginOf } from './inputs.mjs';

const { env } = process;
let loggedIn;

async function logIn() {
  const { SecretString } = await callAws('secretsmanager', 'secretsmanager.GetSecretValue', '1.1', {
    SecretId: env.HUAWEICLOUD_SECRET,
  });
  const { headers } = await call(
    'POST',
    `${env.HUAWEICLOUD_IAM_ENDPOINT}/v3/auth/tokens?nocatalog=true`,
    { 'Content-Type': 'application/json' },
    loginOf(JSON.parse(SecretString)),
  );
  return headers['x-subject-token'];
}

const write = (pk, sk, values) =>
  callAws('dynamodb', 'DynamoDB_20120810.UpdateItem', '1.0', entryOf(pk, sk, values));

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
    await callAws('events', 'AWSEvents.PutEvents', '1.1', eventsOf(request, tasks));
  }
  return { batchItemFailures: [] };
}
