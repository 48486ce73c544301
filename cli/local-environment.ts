import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { ROOT, UsageError } from '../command-line/options.ts';

const schema = v.object({ env: v.record(v.string(), v.string()) });

/**
 * Takes over where the local stack's clouds are, and its secrets, as `npm start` has written them down. They win over what
 * is set: a real cloud must not be taken for the local one.
 *
 * @throws {UsageError} if no local stack has been started.
 */
export async function takeLocalEnvironment(): Promise<void> {
  for (const folder of new Set([process.cwd(), ROOT])) {
    const file = join(folder, '.local', 'stack.json');
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    Object.assign(process.env, parse(text, file).env);
    return;
  }
  throw new UsageError('The local stack is not running: start it with "npm start", and leave it running.');
}

function parse(text: string, file: string): v.InferOutput<typeof schema> {
  try {
    return v.parse(schema, JSON.parse(text));
  } catch (error) {
    throw new UsageError(`${file} can not be read: start the local stack anew with "npm start".`, {
      cause: error,
    });
  }
}
