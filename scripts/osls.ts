import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ROOT } from '../command-line/options.ts';

/** Folder in which `osls package` leaves the template and the zips. */
export const PACKAGE_DIR = join(ROOT, '.serverless');

const OSLS_BIN = createRequire(import.meta.url).resolve('osls/bin/serverless.js');

export type OslsOptions = {
  stage: string;
  region: string;
  /** Beside the environment of this process. */
  env?: Record<string, string>;
  /** Show what osls prints as it prints it, and not only when it fails. */
  verbose?: boolean;
};

/** Runs `osls COMMAND` on this project, with the Node that runs this, whatever is on the path. */
export async function runOsls(
  command: string[],
  { stage, region, env, verbose }: OslsOptions,
): Promise<void> {
  const args = [...command, '--stage', stage, '--region', region];
  // osls prefers these to the credentials that all commands use.
  const ofStage = new RegExp(
    `^AWS_${stage.toUpperCase()}_(?:PROFILE|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)$`,
  );
  const inherited = Object.entries(process.env).filter(([name]) => !ofStage.test(name));
  const child = spawn(process.execPath, [OSLS_BIN, ...args], {
    cwd: ROOT,
    // The compiled schema of serverless.yml would otherwise be kept in the home folder.
    env: {
      SLS_SCHEMA_CACHE_BASE_DIR: join(ROOT, 'node_modules/.cache'),
      ...Object.fromEntries(inherited),
      ...env,
    },
    stdio: ['ignore', verbose ? 'inherit' : 'pipe', verbose ? 'inherit' : 'pipe'],
  });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  const [status, ...printed] = await Promise.all([exit, ...streams.map((stream) => text(stream))]);
  if (status !== 0) {
    throw new Error([...printed, `osls ${args.join(' ')} failed (${status ?? 'killed'})`].join('\n').trim());
  }
}
