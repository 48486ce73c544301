import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../command-line/options.ts';
import { type Emulator, localSeed, startEmulator } from '../local/huaweicloud/emulator.ts';
import { installPeers } from './install-peers.ts';
import { loadOfficialSdk, type OfficialSdk, type SwrClient } from './official-sdk-types.ts';

const PROJECT_ID = '0123456789abcdef0123456789abcdef';
const NAMESPACE = 'acme-images';
const REPOSITORY = 'hello-world';
/** The organization need not exist. */
const TARGET = { remoteRegionId: 'la-south-2', remoteNamespace: 'nowhere' };

/** Huawei Cloud's own SWR client, as it is published, uses the emulator as it would use the cloud. */
async function checkOfficialSdk(emulator: Emulator, sdk: OfficialSdk): Promise<void> {
  const { ak, sk } = localSeed.users?.[0]?.accessKey ?? { ak: '', sk: '' };
  const client = connect(sdk, emulator.url, ak, sk);
  const list = (repository: string) => listTargets(sdk, client, repository);

  const seeded = ['cn-east-3/acme-dr', 'ap-southeast-1/acme-apac'];
  await step('lists the seeded tasks', async () => assert.deepEqual(await list(REPOSITORY), seeded));
  await step('creates a task', async () => {
    const request = new sdk.CreateImageSyncRepoRequest().withNamespace(NAMESPACE).withRepository(REPOSITORY);
    await client.createImageSyncRepo(request.withBody({ ...TARGET, syncAuto: true, override: false }));
  });
  await step('lists it', async () =>
    assert.deepEqual(await list(REPOSITORY), [...seeded, 'la-south-2/nowhere']),
  );
  const deletion = new sdk.DeleteImageSyncRepoRequest()
    .withNamespace(NAMESPACE)
    .withRepository(REPOSITORY)
    .withBody(TARGET);
  await step('deletes it', async () => {
    await client.deleteImageSyncRepo(deletion);
  });
  await step('lists what was there before', async () => assert.deepEqual(await list(REPOSITORY), seeded));
  await step('is told that it is gone when it deletes again', () =>
    assert.rejects(client.deleteImageSyncRepo(deletion), {
      httpStatusCode: 404,
      errorCode: 'SVCSTG.SWR.4040010',
    }),
  );
  await step('pages through the repositories', async () => {
    const request = new sdk.ListReposDetailsRequest().withNamespace(NAMESPACE).withLimit('2').withOffset('2');
    const page = await client.listReposDetails(request);
    assert.equal(page.length, 2);
    assert.equal(page['Content-Range'], '2-2/4');
  });
  await step('is refused with a wrong secret key', () =>
    assert.rejects(listTargets(sdk, connect(sdk, emulator.url, ak, 'wrong'), REPOSITORY), {
      httpStatusCode: 401,
      errorCode: 'APIGW.0301',
    }),
  );
  // It leaves the slash in the path.
  await step('finds no route to a repository with a slash', () =>
    assert.rejects(list('payments/api'), { httpStatusCode: 404, errorCode: 'APIGW.0101' }),
  );
  await step('finds it with $ in its place', async () =>
    assert.equal((await list('payments$api')).length, 3),
  );
  const others = emulator.journal.entries.filter(({ auth }) => auth !== 'ak-sk');
  assert.deepEqual(others, [], 'every call is signed');
}

function connect(sdk: OfficialSdk, url: string, ak: string, sk: string): SwrClient {
  const credentials = new sdk.BasicCredentials().withAk(ak).withSk(sk).withProjectId(PROJECT_ID);
  return sdk.SwrClient.newBuilder().withCredential(credentials).withEndpoint(url).build();
}

async function listTargets(sdk: OfficialSdk, client: SwrClient, repository: string): Promise<string[]> {
  const tasks = await client.listImageAutoSyncReposDetails(
    new sdk.ListImageAutoSyncReposDetailsRequest().withNamespace(NAMESPACE).withRepository(repository),
  );
  // The answer is an array with the status hung onto it, and not a plain one.
  return Array.from(tasks, ({ remoteRegionId, remoteNamespace }) => `${remoteRegionId}/${remoteNamespace}`);
}

async function step(what: string, run: () => Promise<void>): Promise<void> {
  try {
    // The SDK prints each failed call to the console in full, with its Authorization.
    await withoutConsole(run);
  } catch (error) {
    console.log(`FAIL  ${what}`);
    throw error;
  }
  console.log(`ok    ${what}`);
}

async function withoutConsole(run: () => Promise<void>): Promise<void> {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true;
  try {
    await run();
  } finally {
    process.stdout.write = write;
  }
}

await runCommand(async () => {
  await installPeers();
  // The SDK writes ~/.huaweicloud/application_id.
  const home = await mkdtemp(join(tmpdir(), 'official-sdk-'));
  process.env['HOME'] = home;
  const emulator = await startEmulator({
    seed: { ...localSeed, projects: [{ name: 'cn-north-4', id: PROJECT_ID }] },
  });
  try {
    const sdk = loadOfficialSdk();
    console.log(`@huaweicloud/huaweicloud-sdk-swr ${sdk.version} against the emulator`);
    await checkOfficialSdk(emulator, sdk);
    console.log(`${emulator.journal.entries.length} calls, all signed with an access key`);
  } finally {
    await emulator.close();
    await rm(home, { recursive: true, force: true });
  }
});
