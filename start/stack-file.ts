import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROOT } from '../command-line/options.ts';

const FILE = join(ROOT, '.local/stack.json');

/**
 * Writes the environment with which another command works on the running stack, such as `swr-sync --stage local`. It has
 * secrets, if only of an emulator: only the owner may read the file.
 *
 * @returns a function that removes the file, unless a later stack has written it since.
 */
export async function writeStackFile(
  env: Readonly<Record<string, string | undefined>>,
  file = FILE,
): Promise<() => Promise<void>> {
  const text = `${JSON.stringify({ env }, null, 2)}\n`;
  await mkdir(dirname(file), { recursive: true });
  // The mode is only that of a new file.
  await rm(file, { force: true });
  await writeFile(file, text, { mode: 0o600 });
  return async () => {
    const found = await readFile(file, 'utf8').catch(() => undefined);
    if (found === text) await rm(file);
  };
}
