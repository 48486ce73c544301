import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import * as v from 'valibot';
import { type Order, type Report, reportSchema, type Started, startedSchema } from './backend-messages.ts';

export interface Backend extends Started {
  /** Forgets all calls, and adds these repositories, each with one task. */
  plant(repositories: readonly string[]): Promise<void>;
  report(): Promise<Report>;
  close(): void;
}

/** Starts the process that plays both clouds. */
export async function startBackend(): Promise<Backend> {
  const child = fork(join(import.meta.dirname, 'backend-process.ts'), { execArgv: [] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the process with both clouds ended with status ${String(code)}`);
  });
  // It also ends when it is told to, and then nobody waits.
  ended.catch(() => {});
  const nextMessage = async (): Promise<unknown> => {
    const [message]: unknown[] = await Promise.race([once(child, 'message'), ended]);
    return message;
  };
  const ask = async (order: Order): Promise<Report> => {
    const answer = nextMessage();
    child.send(order);
    return v.parse(reportSchema, await answer);
  };
  const started = v.parse(startedSchema, await nextMessage());
  return {
    ...started,
    plant: async (repositories) => {
      await ask({ type: 'plant', repositories });
    },
    report: () => ask({ type: 'report' }),
    close: () => child.disconnect(),
  };
}
