import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Emulator, localSeed, startEmulator } from '../../local/huaweicloud/emulator.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { writeStackFile } from '../../start/stack-file.ts';
import { buildStage } from '../support/built-stage.ts';
import { setVariables } from '../support/environment.ts';
import { startCli } from '../support/run-cli.ts';
import { waitUntil } from '../support/wait-until.ts';

const [USER] = localSeed.users ?? [];
const SECRETS = {
  GITHUB_WEBHOOK_SECRET: randomBytes(24).toString('hex'),
  STANDARD_WEBHOOKS_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
};

let folder: string;
let built: Awaited<ReturnType<typeof buildStage>>;
let emulator: Emulator;
let stack: Stack;
let restore: () => void;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'send-stack-'));
  [built, emulator] = await Promise.all([buildStage('local'), startEmulator({ seed: localSeed })]);
  const credentials = { domain: USER?.domain, user: USER?.name, password: USER?.password };
  const env = {
    ...SECRETS,
    HUAWEICLOUD_IAM_ENDPOINT: emulator.url,
    HUAWEICLOUD_SWR_ENDPOINT: emulator.url,
    HUAWEICLOUD_CREDENTIALS: JSON.stringify(credentials),
  };
  stack = await startStack({ distDir: built.distDir, env });
  await writeStackFile({ ...env, ...stack.env }, join(folder, '.local/stack.json'));
  // The CLI takes those of the stack.
  restore = setVariables({ ...env, ...stack.env, SEND_ANOTHER: 'another secret of this test' });
}, 30_000);

afterAll(async () => {
  restore();
  await stack.close();
  await emulator.close();
  await built.remove();
  await rm(folder, { recursive: true });
});

const send = (...args: readonly string[]) =>
  startCli(['send', ...args, '--stage', 'local', '--url', stack.url], folder).ended;

test.each(['github', 'anyone'])('the service takes a sample of %s, and a ping of it', async (source) => {
  const deletion = await send(source);
  const queued = /^202 .*request for acme-images\/swr-sync-cleanup-hello is queued/ms;
  expect(deletion).toMatchObject({ status: 0, stdout: expect.stringMatching(queued) });
  const ping = await send(source, '--event', 'ping');
  const ignored = /^200 .*right answer to a ping\.$/ms;
  expect(ping).toMatchObject({ status: 0, stdout: expect.stringMatching(ignored) });
  const printed = [deletion, ping].map(({ stdout, stderr }) => stdout + stderr).join('');
  for (const secret of Object.values(SECRETS)) expect(printed).not.toContain(secret);
});

test('the service rejects a sample with another secret, which is named by its reference', async () => {
  const { status, stdout } = await send('github', '--secret', 'env:SEND_ANOTHER');
  expect(status).toBe(1);
  expect(stdout).toMatch(/^401 .*signed with env:SEND_ANOTHER/ms);
});

test('a sample deletes nothing, unless it names a repository', async () => {
  expect((await send('github')).status).toBe(0);
  await emulator.journal.waitFor(() => emulator.journal.of('listSyncTasks').length > 0, 10_000);
  expect(emulator.journal.of('deleteSyncTask')).toEqual([]);
  expect(stack.queues.deadLetters()).toEqual([]);
  expect(emulator.cloud.tasks('acme-images', 'hello-world')).toHaveLength(2);
  expect((await send('github', '--repository', 'acme/hello-world')).status).toBe(0);
  await waitUntil(
    'the tasks are gone',
    () => emulator.cloud.tasks('acme-images', 'hello-world').length === 0,
  );
  expect(emulator.cloud.tasks('acme-images', 'web')).toHaveLength(2);
});
