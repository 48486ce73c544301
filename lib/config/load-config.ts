import { readFileSync } from 'node:fs';
import type { Config } from './config.ts';

/**
 * Reads the configuration that lies beside the bundle.
 *
 * @param location of `config.json`; the environment variable `CONFIG_FILE` names another file.
 * @throws {Error} if there is none.
 */
export function loadConfig(location: URL): Config {
  const file = process.env['CONFIG_FILE'] ?? location;
  try {
    // The build has checked it and written it itself, so it is not checked once more on every cold start.
    // oxlint-disable-next-line no-unsafe-type-assertion
    return JSON.parse(readFileSync(file, 'utf8')) as Config;
  } catch (error) {
    throw new Error(`${String(file)} can not be read: build with "npm run build -- --stage NAME"`, {
      cause: error,
    });
  }
}

/**
 * The value of an environment variable that has to be there.
 *
 * @throws {Error} that names it.
 */
export function requireEnvironment(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`The environment variable ${name} is missing.`);
  return value;
}
