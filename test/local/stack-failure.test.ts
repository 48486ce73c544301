import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startStack } from '../../local/stack.ts';
import { buildStage } from '../support/built-stage.ts';

test('a stack whose function can not start stops all the rest, and says why', async () => {
  const { distDir, remove } = await buildStage('local');
  try {
    // `receive` has all that it needs, so it would run on.
    await rm(join(distDir, 'clean.mjs'));
    await expect(startStack({ distDir, env: {} })).rejects.toThrow('clean.mjs has ended. ');
  } finally {
    await remove();
  }
});
