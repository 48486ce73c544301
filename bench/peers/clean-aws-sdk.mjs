// Middy, the AWS SDK, and the global fetch for Huawei Cloud.
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import middy from '@middy/core';
import { publish, recordDeletion, write } from './ledger-and-bus.mjs';

const secretsManager = new SecretsManagerClient({});
let loggedIn;

async function logIn() {
  const { SecretString } = await secretsManager.send(
    new GetSecretValueCommand({ SecretId: process.env.HUAWEICLOUD_SECRET }),
  );
  const { domain, user, password } = JSON.parse(SecretString);
  const answer = await fetch(`${process.env.HUAWEICLOUD_IAM_ENDPOINT}/v3/auth/tokens?nocatalog=true`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { domain: { name: domain }, name: user, password } },
        },
        scope: { project: { name: process.env.HUAWEICLOUD_REGION } },
      },
    }),
  });
  if (!answer.ok) throw new Error(`IAM: ${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
  return answer.headers.get('X-Subject-Token');
}

async function callSwr(method, { namespace, repository }, body) {
  loggedIn ??= logIn();
  const path = `/v2/manage/namespaces/${namespace}/repos/${repository.replaceAll('/', '$')}/sync_repo`;
  const answer = await fetch(process.env.HUAWEICLOUD_SWR_ENDPOINT + path, {
    method,
    headers: { 'Content-Type': 'application/json', 'X-Auth-Token': await loggedIn },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`SWR ${method}: ${answer.status} ${text}`);
  return text;
}

async function clean(request) {
  await write(request.id, 'request', { at: new Date().toISOString(), request: JSON.stringify(request) });
  const tasks = JSON.parse(await callSwr('GET', request));
  const deletions = (request.targets ?? tasks).map((task) =>
    recordDeletion(request.id, task, (target) => callSwr('DELETE', request, target)),
  );
  await Promise.all(deletions);
  await write(request.id, 'request', { closedAt: new Date().toISOString() });
  await publish(request, tasks);
  const { namespace, repository } = request;
  console.log(JSON.stringify({ event: 'cleaned', namespace, repository, deleted: deletions.length }));
}

export const handler = middy().handler(async ({ Records }) => {
  const batchItemFailures = [];
  for (const { messageId, body } of Records) {
    try {
      await clean(JSON.parse(body));
    } catch (error) {
      console.error(JSON.stringify({ event: 'failed', messageId, message: error.message }));
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
});
