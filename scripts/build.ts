import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, readStageOptions, runCommand } from '../command-line/options.ts';
import { readConfig } from '../command-line/read-config.ts';
import type { Config } from '../lib/config/config.ts';
import { bundleFunctions } from './bundle.ts';
import { permissionsOf } from './permissions.ts';

/** The Node.js that builds: below `npm run`, the one in `node_modules/.bin`, if it is there. */
export const NODE = `Node.js ${process.version} (${process.execPath})`;

export interface BuildOptions {
  readonly stage: string;
  /** `config/<stage>.yml` if missing. */
  readonly configFile?: string;
  /** `dist` if missing. Emptied first. */
  readonly outDir?: string;
  /** Builds a stage that deletes nothing, whatever the configuration says. */
  readonly dryRun?: boolean;
}

/**
 * Writes what one stage runs: a bundle for each function, the checked configuration beside them, and the permissions
 * that `serverless.yml` takes over.
 *
 * @returns the size of each bundle, in bytes.
 * @throws {Error} that lists every fault of the configuration.
 */
export async function build({
  stage,
  configFile,
  outDir,
  dryRun = false,
}: BuildOptions): Promise<Record<string, number>> {
  const read = await readConfig(stage, configFile ?? join(ROOT, 'config', `${stage}.yml`));
  const config = dryRun ? withoutDeletions(read) : read;
  const folder = outDir ?? join(ROOT, 'dist');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const sources = Object.values(config.sources);
  const sizes = await bundleFunctions(folder, {
    sources: sources.map(({ type }) => type),
    existenceCheckers: sources.filter(({ api }) => api !== undefined).map(({ type }) => type),
  });
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(join(folder, 'permissions.json'), JSON.stringify(permissionsOf(config), null, 2));
  return sizes;
}

function withoutDeletions(config: Config): Config {
  const { safety, sweep } = config;
  return { ...config, safety: { ...safety, mode: 'dry-run' }, sweep: { ...sweep, mode: 'dry-run' } };
}

if (import.meta.main) {
  await runCommand(async () => {
    const { stage } = readStageOptions(process.argv.slice(2));
    const sizes = await build({ stage });
    console.log(`Built ${stage} into dist with ${NODE}`);
    for (const [name, bytes] of Object.entries(sizes))
      console.log(`  ${name}.mjs: ${(bytes / 1024).toFixed(1)} KB`);
    console.log('  config.json, permissions.json');
  });
}
