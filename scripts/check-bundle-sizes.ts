import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, runCommand } from '../command-line/options.ts';
import { FUNCTIONS } from './bundle.ts';

/** What a bundle may have, minified: every byte of it is read and compiled in each cold start. */
const LIMIT_BYTES = 84 * 1024;

await runCommand(async () => {
  const sizes = await Promise.all(
    FUNCTIONS.map(async (name) => ({ name, bytes: (await stat(join(ROOT, 'dist', `${name}.mjs`))).size })),
  );
  for (const { name, bytes } of sizes) console.log(`dist/${name}.mjs: ${bytes} of ${LIMIT_BYTES} bytes`);
  const tooLarge = sizes.filter(({ bytes }) => bytes > LIMIT_BYTES);
  if (tooLarge.length > 0) throw new Error(`Too large: ${tooLarge.map(({ name }) => name).join(', ')}`);
});
