import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { localSeed, startEmulator } from '../../../local/huaweicloud/emulator.ts';
import { sendRequest } from './send-request.ts';

const main = fileURLToPath(new URL('../../../local/huaweicloud/main.ts', import.meta.url));

test.each(['SIGINT', 'SIGTERM'] as const)('runs on its own until %s', async (signal) => {
  const child = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  let printed = '';
  for await (const chunk of child.stdout) {
    printed += String(chunk);
    if (printed.includes('Ctrl-C')) break;
  }
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0] ?? '';
  expect((await sendRequest(url, { path: '/v2/manage/namespaces' })).status).toBe(401);
  child.kill(signal);
  expect(await closed).toEqual([0, null]);
});

test('is seeded with two organizations and six repositories, each with tasks from the past', async () => {
  await using emulator = await startEmulator({ seed: localSeed });
  const repositories = Map.groupBy(
    emulator.cloud.tasks(),
    ({ namespace, repoName }) => `${namespace}/${repoName}`,
  );
  expect([...repositories.keys()].toSorted()).toEqual([
    'acme-images/hello-world',
    'acme-images/payments/api',
    'acme-images/payments/worker',
    'acme-images/web',
    'platform/base-image',
    'platform/ci/runner',
  ]);
  for (const { createdAt } of emulator.cloud.tasks()) expect(Date.parse(createdAt)).toBeLessThan(Date.now());
});

test('is gone after it was closed, and can be closed again', async () => {
  const emulator = await startEmulator();
  await emulator.close();
  await emulator.close();
  await expect(sendRequest(emulator.url, { path: '/' })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
