import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, runCommand } from '../command-line/options.ts';
import { FUNCTIONS, MAX_BUNDLE_BYTES } from './bundle.ts';

await runCommand(async () => {
  const sizes = await Promise.all(
    FUNCTIONS.map(async (name) => ({ name, bytes: (await stat(join(ROOT, 'dist', `${name}.mjs`))).size })),
  );
  for (const { name, bytes } of sizes) console.log(`dist/${name}.mjs: ${bytes} of ${MAX_BUNDLE_BYTES} bytes`);
  const tooLarge = sizes.filter(({ bytes }) => bytes > MAX_BUNDLE_BYTES);
  if (tooLarge.length > 0) throw new Error(`Too large: ${tooLarge.map(({ name }) => name).join(', ')}`);
});
