import { expect, test } from '@jest/globals';
import pMap from 'p-map';
import { signSample } from '../../cli/send/senders.ts';
import { type FunctionOptions, startFunction } from '../../local/function-process.ts';
import { localSeed, startEmulator } from '../../local/huaweicloud/emulator.ts';
import { startStack } from '../../local/stack.ts';
import { buildStage } from '../support/built-stage.ts';
import { DR } from '../support/cloud.ts';

/** As in `prod`: `webhookBurst` and `maximumConcurrency` of serverless.yml. */
const DELIVERIES = 200;
const CONCURRENCY = 4;
/** For a busy machine. */
const TIMEOUT_MS = 60_000;
const SECRET = 'github-secret-of-this-test';

/** Starts a function with as many executions at a time as Lambda would run, and none in a queue. */
async function startThrottled(options: FunctionOptions) {
  const started = await startFunction(options);
  let running = 0;
  return {
    ...started,
    async invoke(event: unknown) {
      if (running === CONCURRENCY) throw new Error('TooManyRequestsException');
      running += 1;
      return started.invoke(event).finally(() => {
        running -= 1;
      });
    },
  };
}

test('four executions of receive and of clean lose none of 200 signed deliveries', async () => {
  await using opened = new AsyncDisposableStack();
  const built = opened.adopt(await buildStage('local'), (each) => each.remove());
  const emulator = opened.adopt(await startEmulator({ seed: localSeed }), (each) => each.close());
  const names = Array.from({ length: DELIVERIES }, (_, index) => `burst-${index}`);
  const taskOf = (repository: string) => ({ namespace: 'acme-images', repository, ...DR });
  for (const name of names) {
    emulator.cloud.addRepository('acme-images', name);
    emulator.cloud.addTask({ ...taskOf(name), createdAt: '2026-03-02T08:15:27Z' });
  }
  const stack = opened.adopt(
    await startStack({
      distDir: built.distDir,
      env: { ...emulator.env, GITHUB_WEBHOOK_SECRET: SECRET },
      cleaners: CONCURRENCY,
      start: (name, options) => (name === 'receive' ? startThrottled(options) : startFunction(options)),
    }),
    (each) => each.close(),
  );
  const send = async (name: string) => {
    const { headers, body } = signSample('github', { repository: `acme/${name}` }, SECRET);
    const url = `${stack.url}/webhooks/github`;
    return (await fetch(url, { method: 'POST', headers, body })).status;
  };
  const statuses = await pMap(names, send, { concurrency: CONCURRENCY });
  expect(new Set(statuses)).toEqual(new Set([202]));

  const isGone = (name: string) => emulator.cloud.tasks('acme-images', name).length === 0;
  await emulator.journal.waitFor(() => names.every(isGone), TIMEOUT_MS);
  expect(stack.queues.depth('deadLetterQueue').waiting).toBe(0);
}, 90_000);
