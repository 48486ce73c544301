// Middy, the AWS SDK and the official Huawei Cloud SDK, which signs every call with an access key: it needs no token, and
// so makes one call less than all others. Not type-checked, like all peers: their packages are installed on first use.
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core';
import {
  DeleteImageSyncRepoRequest,
  ListImageAutoSyncReposDetailsRequest,
  SwrClient,
} from '@huaweicloud/huaweicloud-sdk-swr';
import { createHandler } from './sdk-handler.mjs';
import { readSecret } from './sdk-secret.mjs';

let connected;

async function connect() {
  const { ak, sk, projectId } = JSON.parse(await readSecret(process.env.HUAWEICLOUD_KEYS_SECRET));
  return SwrClient.newBuilder()
    .withCredential(new BasicCredentials().withAk(ak).withSk(sk).withProjectId(projectId))
    .withEndpoint(process.env.HUAWEICLOUD_SWR_ENDPOINT)
    .build();
}

const on = (message, { namespace, repository }) =>
  message.withNamespace(namespace).withRepository(repository.replaceAll('/', '$'));

export const handler = createHandler({
  async listTasks(request) {
    connected ??= connect();
    const swr = await connected;
    const message = on(new ListImageAutoSyncReposDetailsRequest(), request);
    return Array.from(await swr.listImageAutoSyncReposDetails(message));
  },
  async deleteTask(request, target) {
    const swr = await connected;
    return swr.deleteImageSyncRepo(on(new DeleteImageSyncRepoRequest(), request).withBody(target));
  },
});
