import { readFileSync } from 'node:fs';
import type { Config } from './config.ts';

/**
 * Reads the configuration that lies beside the bundle.
 *
 * @param location of `config.json`.
 * @throws {Error} if there is none.
 */
export function loadConfig(location: URL): Config {
  try {
    // The build has checked it and written it itself, so it is not checked once more on every cold start.
    // oxlint-disable-next-line no-unsafe-type-assertion
    return JSON.parse(readFileSync(location, 'utf8')) as Config;
  } catch (error) {
    throw new Error(`${location.pathname} can not be read: build with "npm run build -- --stage NAME"`, {
      cause: error,
    });
  }
}
