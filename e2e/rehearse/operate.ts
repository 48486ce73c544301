import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ROOT } from '../../command-line/options.ts';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { type AwsClient, REGION } from './aws-client.ts';

const TOOL = join(ROOT, 'cli/swr-sync.mjs');

/** Runs `swr-sync` against the deployed stage, in a process of its own, and parses the document that it prints. */
export async function operate(
  { aws, emulator }: { aws: AwsClient; emulator: Emulator },
  args: readonly string[],
): Promise<unknown> {
  const options = ['--stage', 'rehearsal', '--region', REGION, '--json'];
  const child = spawn(process.execPath, [TOOL, ...args, ...options], {
    cwd: ROOT,
    env: {
      ...aws.environment,
      HUAWEICLOUD_IAM_ENDPOINT: emulator.url,
      HUAWEICLOUD_SWR_ENDPOINT: emulator.url,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [printed, said, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (status !== 0)
    throw new Error(`swr-sync ${args.join(' ')} ended with status ${status}: ${said}${printed}`);
  return JSON.parse(printed);
}
