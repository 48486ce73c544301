/** Bundles the CLI for the package, since Node strips no types below node_modules. `npm pack` runs it. */
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import * as v from 'valibot';
import { ROOT, runCommand } from '../command-line/options.ts';

/** Beside `cli`, so that the project's folder is found from both in the same way. */
const FOLDER = 'dist-cli';

const manifestSchema = v.object({ name: v.string(), version: v.string(), license: v.optional(v.string()) });

/**
 * @param outDir `dist-cli` if missing. Emptied first.
 * @returns the size of the bundle, in bytes.
 */
export async function buildCli(outDir = join(ROOT, FOLDER)): Promise<number> {
  const outfile = join(outDir, 'swr-sync.mjs');
  await rm(outDir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['cli/main.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    // Only colours the heads of tables, which stay as they are.
    external: ['@colors/colors'],
    // Some packages are CommonJS and require Node's own modules.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  await writeFile(join(outDir, 'LICENSES.txt'), await collectLicenses(Object.keys(metafile.inputs)));
  return (await stat(outfile)).size;
}

/** The licences of all packages of which something is in the bundle: they want to go with it. */
async function collectLicenses(inputs: readonly string[]): Promise<string> {
  const packages = inputs.flatMap(
    (input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? [],
  );
  const texts = [...new Set(packages)].map(async (folder) => {
    const manifest = await readFile(join(ROOT, folder, 'package.json'), 'utf8');
    const { name, version, license = '' } = v.parse(manifestSchema, JSON.parse(manifest));
    const files = (await readdir(join(ROOT, folder))).filter((each) => /^licen[cs]e/i.test(each));
    const contents = files.map((each) => readFile(join(ROOT, folder, each), 'utf8'));
    return [`=== ${name} ${version} ${license}`, ...(await Promise.all(contents))].join('\n\n');
  });
  const sorted = (await Promise.all(texts)).toSorted((one, other) => (one < other ? -1 : 1));
  return `${sorted.join('\n\n')}\n`;
}

if (import.meta.main) {
  await runCommand(async () => {
    const bytes = await buildCli();
    console.log(`Built ${FOLDER}/swr-sync.mjs: ${(bytes / 1024).toFixed(0)} KB`);
  });
}
