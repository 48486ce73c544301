import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFunctions } from './bundle.ts';
import { ROOT, readStageOptions, runCommand } from './command-line.ts';
import { permissionsOf } from './permissions.ts';
import { readConfig } from './read-config.ts';

export interface BuildOptions {
  readonly stage: string;
  /** `config/<stage>.yml` if missing. */
  readonly configFile?: string;
  /** `dist` if missing. Emptied first. */
  readonly outDir?: string;
}

/**
 * Writes what one stage runs: a bundle for each function, the checked configuration beside them, and the permissions
 * that `serverless.yml` takes over.
 *
 * @returns the size of each bundle, in bytes.
 * @throws {Error} that lists every fault of the configuration.
 */
export async function build({ stage, configFile, outDir }: BuildOptions): Promise<Record<string, number>> {
  const config = await readConfig(stage, configFile ?? join(ROOT, 'config', `${stage}.yml`));
  const folder = outDir ?? join(ROOT, 'dist');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const sources = Object.values(config.sources);
  // They only ask them, and only where there is an API to ask.
  const asked = sources.filter(({ api }) => api !== undefined).map(({ type }) => type);
  const sizes = await bundleFunctions(folder, {
    receive: sources.map(({ type }) => type),
    clean: asked,
    sweep: asked,
  });
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(join(folder, 'permissions.json'), JSON.stringify(permissionsOf(config), null, 2));
  return sizes;
}

if (import.meta.main) {
  await runCommand(async () => {
    const { stage } = readStageOptions(process.argv.slice(2));
    const sizes = await build({ stage });
    console.log(`Built ${stage} into dist`);
    for (const [name, bytes] of Object.entries(sizes))
      console.log(`  ${name}.mjs: ${(bytes / 1024).toFixed(1)} KB`);
    console.log('  config.json, permissions.json');
  });
}
