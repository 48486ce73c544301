// Middy, the AWS SDK and the official Huawei Cloud SDK, which signs every call with an access key: it needs no token, and
// so makes one call less than all others. Not type-checked, like all peers: their packages are installed on first use.
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core';
import {
  DeleteImageSyncRepoRequest,
  ListImageAutoSyncReposDetailsRequest,
  SwrClient,
} from '@huaweicloud/huaweicloud-sdk-swr';
import middy from '@middy/core';
import { publish, recordDeletion, write } from './ledger-and-bus.mjs';

const secretsManager = new SecretsManagerClient({});
let connected;

async function connect() {
  const { SecretString } = await secretsManager.send(
    new GetSecretValueCommand({ SecretId: process.env.HUAWEICLOUD_KEYS_SECRET }),
  );
  const { ak, sk, projectId } = JSON.parse(SecretString);
  return SwrClient.newBuilder()
    .withCredential(new BasicCredentials().withAk(ak).withSk(sk).withProjectId(projectId))
    .withEndpoint(process.env.HUAWEICLOUD_SWR_ENDPOINT)
    .build();
}

async function clean(request) {
  const { id, namespace, repository, targets } = request;
  await write(id, 'request', { at: new Date().toISOString(), request: JSON.stringify(request) });
  connected ??= connect();
  const swr = await connected;
  const name = repository.replaceAll('/', '$');
  const tasks = await swr.listImageAutoSyncReposDetails(
    new ListImageAutoSyncReposDetailsRequest().withNamespace(namespace).withRepository(name),
  );
  const listed = Array.from(tasks);
  const deletions = (targets ?? listed).map((task) =>
    recordDeletion(id, task, (target) =>
      swr.deleteImageSyncRepo(
        new DeleteImageSyncRepoRequest().withNamespace(namespace).withRepository(name).withBody(target),
      ),
    ),
  );
  await Promise.all(deletions);
  await write(id, 'request', { closedAt: new Date().toISOString() });
  await publish(request, listed);
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
