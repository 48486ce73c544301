// Uses the official SWR client against the emulator of `npm start` as if it were the cloud.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core';
import * as swr from '@huaweicloud/huaweicloud-sdk-swr';

const NAMESPACE = 'acme-images';
const REPOSITORY = 'hello-world';
/** The organization need not exist. */
const TARGET = { remoteRegionId: 'la-south-2', remoteNamespace: 'nowhere' };
const SEEDED = ['cn-east-3/acme-dr', 'ap-southeast-1/acme-apac'];

export const { version } = createRequire(import.meta.url)('@huaweicloud/huaweicloud-sdk-swr/package.json');

function connect({ url, ak, sk, projectId }) {
  const credentials = new BasicCredentials().withAk(ak).withSk(sk).withProjectId(projectId);
  return swr.SwrClient.newBuilder().withCredential(credentials).withEndpoint(url).build();
}

const expectFailure = (call, httpStatusCode, errorCode) =>
  assert.rejects(call, { httpStatusCode, errorCode });
const on = (request, repository) => request.withNamespace(NAMESPACE).withRepository(repository);

async function listTargets(client, repository) {
  const request = on(new swr.ListImageAutoSyncReposDetailsRequest(), repository);
  const tasks = await client.listImageAutoSyncReposDetails(request);
  // An array with the status as a property.
  return Array.from(tasks, ({ remoteRegionId, remoteNamespace }) => `${remoteRegionId}/${remoteNamespace}`);
}

function stepsOf(access) {
  const client = connect(access);
  const expectTargets = async (...expected) =>
    assert.deepEqual(await listTargets(client, REPOSITORY), expected);
  const creation = on(new swr.CreateImageSyncRepoRequest(), REPOSITORY);
  creation.withBody({ ...TARGET, syncAuto: true, override: false });
  const deletion = on(new swr.DeleteImageSyncRepoRequest(), REPOSITORY).withBody(TARGET);
  return {
    'lists the seeded tasks': () => expectTargets(...SEEDED),
    'creates a task': () => client.createImageSyncRepo(creation),
    'lists it': () => expectTargets(...SEEDED, 'la-south-2/nowhere'),
    'deletes it': () => client.deleteImageSyncRepo(deletion),
    'lists the seeded tasks again': () => expectTargets(...SEEDED),
    'gets 404 when it deletes again': () =>
      expectFailure(client.deleteImageSyncRepo(deletion), 404, 'SVCSTG.SWR.4040010'),
    'lists repositories page by page': async () => {
      const request = new swr.ListReposDetailsRequest().withNamespace(NAMESPACE);
      const page = await client.listReposDetails(request.withLimit('2').withOffset('2'));
      assert.deepEqual([page.length, page['Content-Range']], [2, '2-2/4']);
    },
    'is rejected with a wrong secret key': () =>
      expectFailure(listTargets(connect({ ...access, sk: 'wrong' }), REPOSITORY), 401, 'APIGW.0301'),
    // It leaves the slash in the path.
    'finds no route to a repository with a slash': () =>
      expectFailure(listTargets(client, 'payments/api'), 404, 'APIGW.0101'),
    'finds it with $ in its place': async () =>
      assert.equal((await listTargets(client, 'payments$api')).length, 3),
  };
}

/** Yields the name of each step that succeeded. */
export async function* takeSteps(access) {
  const write = process.stdout.write;
  // The SDK prints each failed call in full, with its Authorization header.
  process.stdout.write = () => true;
  try {
    for (const [name, step] of Object.entries(stepsOf(access))) {
      await step().catch((cause) => {
        throw new Error(`The official SWR client failed at the step "${name}": ${cause.message}`, { cause });
      });
      yield name;
    }
  } finally {
    process.stdout.write = write;
  }
}
