import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import * as v from 'valibot';

const TIMEOUT_MS = 30_000;

const resultSchema = v.object({
  /** The module evaluated, with whatever its top level awaits. */
  importMs: v.number(),
  firstMs: v.number(),
  secondMs: v.number(),
  answers: v.array(v.unknown()),
});
export type ProcessResult = v.InferOutput<typeof resultSchema>;

/**
 * Times a bundle in a fresh process: its import, and two invocations. Starting the process doesn't count.
 *
 * @param env everything that the process sees of the environment.
 */
export async function timeProcess(
  bundle: string,
  events: readonly [unknown, unknown],
  env: Readonly<Record<string, string>>,
): Promise<ProcessResult> {
  const input = JSON.stringify({ bundle: pathToFileURL(bundle).href, events });
  const child = spawn(process.execPath, [join(import.meta.dirname, 'measured-process.mjs'), input], {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  const [result, stdout, stderr] = await Promise.all([
    readPipe(child.stdio[3]),
    readPipe(child.stdout),
    readPipe(child.stderr),
    once(child, 'close'),
  ]);
  if (result === '') throw new Error(`${bundle} could not be measured:\n${stdout}${stderr}`);
  return v.parse(resultSchema, JSON.parse(result));
}

function readPipe(stream: unknown): Promise<string> {
  if (!(stream instanceof Readable)) throw new Error('the process has no such pipe');
  return text(stream);
}
