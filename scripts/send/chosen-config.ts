import { existsSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { ROOT, readStageOptions, UsageError } from '../../command-line/options.ts';
import { readConfig } from '../../command-line/read-config.ts';
import type { Config } from '../../lib/config/config.ts';

/** The stage that is meant where nothing else is said: in it nobody minds a mistake. */
export const DEFAULT_STAGE = 'dev';

export interface ConfigChoice {
  readonly stage?: string | undefined;
  readonly config?: string | undefined;
}

/** @throws {UsageError} if there is no such file, or {Error} if it is wrong. */
export async function readChosenConfig({
  stage,
  config: file,
}: ConfigChoice): Promise<{ config: Config; file: string }> {
  if (stage !== undefined && file !== undefined)
    throw new UsageError('Either --stage NAME or --config FILE, not both');
  const path = file === undefined ? fileOf(stage ?? DEFAULT_STAGE) : resolve(file);
  if (!existsSync(path)) throw new UsageError(`There is no file ${path}`);
  const config = await readConfig(basename(path).replace(/\.ya?ml$/, ''), path);
  return { config, file: relative(process.cwd(), path) };
}

function fileOf(stage: string): string {
  return join(ROOT, 'config', `${readStageOptions(['--stage', stage]).stage}.yml`);
}
