/**
 * The process that a function runs in, as Lambda would run it: a bundle, its environment, one invocation after the
 * other. Talks to `function-process.ts` over Node's channel between parent and child.
 */
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';

export interface InvocationMessage {
  readonly number: number;
  readonly event: unknown;
  readonly timeoutMs: number;
}

/** The host is ready, or an invocation has ended. */
export type HostMessage =
  | 'ready'
  | { readonly number: number; readonly result: unknown }
  | { readonly number: number; readonly failure: string };

interface Bundle {
  handler(event: unknown, context: object): Promise<unknown>;
}

const [, , file = ''] = process.argv;
const tell = (message: HostMessage) => process.send?.(message);

const bundle = await load();

async function load(): Promise<Bundle> {
  try {
    // What it exports is agreed: the build makes nothing else.
    // oxlint-disable-next-line no-unsafe-type-assertion
    return (await import(pathToFileURL(file).href)) as Bundle;
  } catch (error) {
    // Left to itself, Node would print a whole line of the minified bundle as well.
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return process.exit(1);
  }
}

async function invoke({ number, event, timeoutMs }: InvocationMessage): Promise<void> {
  const endsAt = Date.now() + timeoutMs;
  const context = { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => endsAt - Date.now() };
  try {
    tell({ number, result: await bundle.handler(event, context) });
  } catch (error) {
    tell({ number, failure: error instanceof Error ? error.message : String(error) });
  }
}

process.on('message', (message: InvocationMessage) => void invoke(message));
tell('ready');
