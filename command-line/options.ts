import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The project's folder, on which every command works. */
export const ROOT = join(import.meta.dirname, '..');

/** Wrong usage: the command has changed nothing, and ends with status 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export type StageOptions = {
  stage: string;
  region?: string | undefined;
  profile?: string | undefined;
};

/**
 * Parses the options of a program, as `parseArgs` does.
 *
 * @param usage ends the message about an invalid option.
 * @throws {UsageError}
 * @example parseOptions({ options: { seed: { type: 'string' } } }, USAGE).values.seed
 */
export function parseOptions<C extends ParseArgsConfig>(
  config: C,
  usage = '',
): ReturnType<typeof parseArgs<C>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(`${messageOf(error)}\n${usage}`.trimEnd(), { cause: error });
  }
}

/** @throws {UsageError} if an option is not a whole number from `min` to `max`. */
export function readInteger(
  name: string,
  text: string,
  [min, max]: readonly [number, number],
  usage = '',
): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= min && number <= max) return number;
  throw new UsageError(
    `Invalid --${name} "${text}": use a whole number from ${min} to ${max}.\n${usage}`.trimEnd(),
  );
}

/** Reads `--stage NAME [--region REGION] [--profile NAME]`; the stage has to have a config/NAME.yml. */
export function readStageOptions(args: string[]): StageOptions {
  const { stage, region, profile } = parseOptions({
    args,
    options: { stage: { type: 'string' }, region: { type: 'string' }, profile: { type: 'string' } },
  }).values;
  const known = stagesIn(join(ROOT, 'config'));
  if (stage === undefined || stage === '') {
    throw new UsageError(`--stage NAME is missing; NAME is one of: ${known.join(', ')}`);
  }
  if (!known.includes(stage)) {
    throw new UsageError(`There is no config/${stage}.yml; there is one for: ${known.join(', ')}`);
  }
  return { stage, region, profile };
}

/** Stages with a configuration in one of the folders, sorted. */
export function stagesIn(...folders: readonly string[]): string[] {
  const files = folders.filter((folder) => existsSync(folder)).flatMap((folder) => readdirSync(folder));
  const stages = files.filter((file) => file.endsWith('.yml')).map((file) => file.slice(0, -'.yml'.length));
  return [...new Set(stages)].toSorted();
}

/** Runs a command's main function; prints an error as one line, without a stack trace, and sets the exit status. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

/** Message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
