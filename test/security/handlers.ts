import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HttpEvent } from '../../lib/webhook/http-event.ts';
import { type Emulator, type Seed, startEmulator } from '../../local/huaweicloud/emulator.ts';
import { type Queues, startQueues } from '../../local/queues.ts';
import { type CapturedOutput, captureOutput } from '../support/captured-output.ts';
import { configOf } from '../support/config.ts';
import { setVariables } from '../support/environment.ts';
import { lambdaContext } from '../support/lambda-context.ts';
import { startLedger } from '../support/ledger.ts';

/** The two handlers in this process, so that what they do to it can be seen, with everything around them on loopback. */
export interface Handlers {
  readonly cloud: Emulator;
  readonly queues: Queues;
  readonly output: CapturedOutput;
  receive(event: HttpEvent): Promise<{ status: number; body: unknown }>;
  clean(payload: unknown): Promise<unknown>;
  /** The bodies of the messages that wait in the cleanup queue, which is empty then. */
  takeMessages(): Promise<unknown[]>;
  close(): Promise<void>;
}

export interface HandlerOptions {
  readonly seed: Seed;
  /** @param cloudUrl of both IAM and SWR. */
  readonly sections: (cloudUrl: string) => Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
}

/** Once in a test file: the handlers read their configuration while they are loaded. */
export async function loadHandlers({ seed, sections, env }: HandlerOptions): Promise<Handlers> {
  const [cloud, queues, ledger, folder] = await Promise.all([
    startEmulator({ seed }),
    startQueues(),
    startLedger(),
    mkdtemp(join(tmpdir(), 'handlers-')),
  ]);
  const file = join(folder, 'config.json');
  await writeFile(file, JSON.stringify(configOf(sections(cloud.url))));
  const restore = setVariables({
    CONFIG_FILE: file,
    CLEANUP_QUEUE_URL: queues.cleanupUrl,
    DEAD_LETTER_QUEUE_URL: queues.deadLettersUrl,
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    LEDGER_TABLE: ledger.table,
    ...env,
  });
  const output = captureOutput();
  const { handler: receive } = await import('../../functions/receive.ts');
  const { handler: clean } = await import('../../functions/clean.ts');
  return {
    cloud,
    queues,
    output,
    async receive(event) {
      const { statusCode, body } = await receive(event, lambdaContext());
      return { status: statusCode, body: JSON.parse(body) as unknown };
    },
    clean: (payload) => clean(payload, lambdaContext()),
    async takeMessages() {
      const messages = await queues.receive(queues.cleanupUrl, 10);
      for (const { ReceiptHandle } of messages) await queues.remove(queues.cleanupUrl, ReceiptHandle);
      return messages.map(({ Body }) => JSON.parse(Body) as unknown);
    },
    async close() {
      output.release();
      restore();
      await Promise.all([cloud.close(), queues.close(), ledger.close(), rm(folder, { recursive: true })]);
    },
  };
}
