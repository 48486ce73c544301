import { expect, test } from '@jest/globals';
import { startStack } from '../../local/stack.ts';
import { buildStage } from '../support/built-stage.ts';

test('a stack whose function can not start stops all the rest, and says why', async () => {
  const { distDir, remove } = await buildStage('local');
  try {
    // `receive` has all that it needs, so it would run on.
    const env = { GITHUB_WEBHOOK_SECRET: 's', STANDARD_WEBHOOKS_SECRET: Buffer.alloc(24).toString('base64') };
    await expect(startStack({ distDir, env })).rejects.toThrow(
      'clean.mjs has ended. environment variable HUAWEICLOUD_IAM_ENDPOINT',
    );
  } finally {
    await remove();
  }
});
