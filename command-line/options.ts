import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** The project's folder: every command works on it, whatever folder it is started from. */
export const ROOT = join(import.meta.dirname, '..');

/** The command cannot do what it was asked, and nothing was tried: exit status 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export type StageOptions = {
  stage: string;
  /** Missing: serverless.yml takes it from the environment, or its own default. */
  region: string | undefined;
};

/** Reads `--stage NAME [--region REGION]`; NAME has to have a config/NAME.yml. */
export function readStageOptions(args: string[]): StageOptions {
  const { stage, region } = parseStageArgs(args);
  const known = configuredStages();
  if (stage === undefined || stage === '') {
    throw new UsageError(`--stage NAME is missing; NAME is one of: ${known.join(', ')}`);
  }
  if (!known.includes(stage)) {
    throw new UsageError(`There is no config/${stage}.yml; there is one for: ${known.join(', ')}`);
  }
  return { stage, region };
}

function parseStageArgs(args: string[]) {
  try {
    return parseArgs({ args, options: { stage: { type: 'string' }, region: { type: 'string' } } }).values;
  } catch (error) {
    throw new UsageError(messageOf(error), { cause: error });
  }
}

function configuredStages(): string[] {
  const folder = join(ROOT, 'config');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => name.slice(0, -'.yml'.length));
}

/** Runs a command's main function: one readable line instead of a stack trace, and the exit status that fits. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
