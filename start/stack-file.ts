import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROOT } from '../command-line/options.ts';

const FILE = join(ROOT, '.local/stack.json');

/**
 * Writes down what another command needs to work on the running stack, such as `swr-sync --stage local`. There are
 * secrets in it, if only of an emulator: nobody else may read it.
 *
 * @returns takes it away again, unless a later stack has written it since.
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
