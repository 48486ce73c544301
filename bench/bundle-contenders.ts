import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { build } from '../scripts/build.ts';
import { type Contender, contenders, type FunctionName } from './contenders.ts';

export interface Bundle {
  readonly file: string;
  readonly bytes: number;
}

export type FindBundle = (name: FunctionName, contender: Contender) => Bundle;

/** Packages of CommonJS call `require` for Node's modules, which an ES module has not got. */
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/**
 * Ours as a stage gets them, and the peers' with the same settings, as is usual with the AWS SDK: its ES modules, of
 * which esbuild drops what is not used.
 */
export async function bundleContenders(folder: string): Promise<FindBundle> {
  const ourFolder = join(folder, 'ours');
  const sizes = await build({
    stage: 'bench',
    configFile: join(import.meta.dirname, 'config.yml'),
    outDir: ourFolder,
  });
  const peerFolder = join(folder, 'peers');
  await mkdir(peerFolder);
  const bundles = new Map<string, Bundle>();
  for (const { source } of Object.values(contenders).flat()) {
    if (source !== undefined) bundles.set(source, await bundlePeer(source, peerFolder));
  }
  return (name, { source }) => {
    const own = { file: join(ourFolder, `${name}.mjs`), bytes: sizes[name] ?? 0 };
    const bundle = source === undefined ? own : bundles.get(source);
    if (bundle === undefined) throw new Error(`${source} has not been bundled`);
    return bundle;
  };
}

async function bundlePeer(source: string, folder: string): Promise<Bundle> {
  const file = join(folder, source);
  const { metafile } = await esbuild({
    entryPoints: [join(import.meta.dirname, 'peers', source)],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'error',
    // The bare handlers need no help.
    ...(source.endsWith('-bare.mjs') ? {} : { banner: { js: REQUIRE } }),
  });
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  return { file, bytes };
}
