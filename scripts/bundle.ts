import { stat, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { ROOT } from '../command-line/options.ts';
import type { SourceType } from '../lib/sources/index.ts';

export const FUNCTIONS = ['receive', 'clean', 'sweep'] as const;

/** Maximum size of a minified bundle: each cold start reads and compiles every byte of it. */
export const MAX_BUNDLE_BYTES = 84 * 1024;

/** Options of esbuild that decide what a cold start loads. */
export const BUNDLE_OPTIONS = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // Node 24 has them. esbuild would turn each literal, valibot's for emoji included, into a call that every cold start makes.
  supported: { 'regexp-unicode-property-escapes': true },
  minify: true,
  legalComments: 'none',
} as const satisfies BuildOptions;

/**
 * Takes Node's own modules by `process.getBuiltinModule`. An `import` of one from an ES module reads every export of
 * it, and among those of `node:http` is a getter that loads the whole of undici.
 *
 * What is imported becomes an ES module again, of which only the names that are used remain. As CommonJS it would be
 * wrapped by esbuild in an object with a getter for each of some hundred exports, and again for each importer.
 */
const builtinModules: Plugin = {
  name: 'builtin-modules',
  setup(bundler) {
    bundler.onResolve({ filter: /./ }, ({ path, kind }) =>
      isBuiltin(path) ? { path, namespace: kind === 'require-call' ? 'required' : 'imported' } : undefined,
    );
    bundler.onLoad({ filter: /./, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
    bundler.onLoad({ filter: /./, namespace: 'imported' }, ({ path }) => ({ contents: exportNames(path) }));
  },
};

/** A module whose every export reads one name of the builtin, and goes where nothing imports it. */
function exportNames(path: string): string {
  const exported = process.getBuiltinModule(path) ?? {};
  // A name with a getter is left out: to read it here is what has to be avoided.
  const names = Object.entries(Object.getOwnPropertyDescriptors(exported))
    .filter(([name, descriptor]) => 'value' in descriptor && name !== 'default')
    .map(([name]) => name);
  return [
    `const builtin$ = process.getBuiltinModule(${JSON.stringify(path)});`,
    'const read$ = (name) => builtin$[name];',
    ...names.map((name, index) => `const export$${index} = /* @__PURE__ */ read$(${JSON.stringify(name)});`),
    'export default builtin$;',
    `export { ${names.map((name, index) => `export$${index} as ${name}`).join(', ')} };`,
  ].join('\n');
}

/**
 * Leaves out the source types that a stage doesn't configure, and the half of each that a function doesn't use: all of
 * them take time in every cold start. The file of a type has its name, and so has its export in camel case; the file of
 * its existence check ends in `-api`.
 */
function onlySources(half: SourceHalf, types: readonly SourceType[]): Plugin {
  const suffix = half === 'existenceCheckers' ? '-api' : '';
  const named = [...new Set(types)].toSorted().map((type) => ({
    type,
    file: `${type}${suffix}`,
    name: `${type}${suffix}`.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
  }));
  const contents = [
    ...named.map(({ file, name }) => `import { ${name} } from './${file}.ts';`),
    `export const ${half} = { ${named.map(({ type, name }) => `'${type}': ${name}`).join(', ')} };`,
  ].join('\n');
  return {
    name: 'only-sources',
    setup(bundler) {
      bundler.onLoad({ filter: /[\\/]lib[\\/]sources[\\/]index\.ts$/ }, () => ({ contents, loader: 'js' }));
    },
  };
}

/** `sources` verifies and interprets deliveries, `existenceCheckers` checks. No function does both. */
type SourceHalf = 'sources' | 'existenceCheckers';

/** Source types that a stage needs for each half. */
export type SourceTypes = Readonly<Record<SourceHalf, readonly SourceType[]>>;

/**
 * Bundles the functions into ES modules that need nothing but Node. `metafile.json` lists what is in them.
 *
 * @returns the size of each bundle, in bytes.
 */
export async function bundleFunctions(outDir: string, types: SourceTypes): Promise<Record<string, number>> {
  const metafiles = await Promise.all(FUNCTIONS.map((name) => bundleFunction(name, outDir, types)));
  const [inputs, outputs] = (['inputs', 'outputs'] as const).map((key) =>
    Object.assign({}, ...metafiles.map((metafile) => metafile[key])),
  );
  await writeFile(join(outDir, 'metafile.json'), JSON.stringify({ inputs, outputs }));
  const sizes = FUNCTIONS.map(
    async (name) => [name, (await stat(join(outDir, `${name}.mjs`))).size] as const,
  );
  return Object.fromEntries(await Promise.all(sizes));
}

async function bundleFunction(name: string, outDir: string, types: SourceTypes): Promise<Metafile> {
  const outfile = join(outDir, `${name}.mjs`);
  const half = name === 'receive' ? 'sources' : 'existenceCheckers';
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [join('functions', `${name}.ts`)],
    outfile,
    ...BUNDLE_OPTIONS,
    metafile: true,
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
    plugins: [builtinModules, onlySources(half, types[half])],
  });
  return metafile;
}
