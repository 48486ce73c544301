import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { ROOT } from './command-line.ts';

export const FUNCTIONS = ['receive', 'clean'] as const;

/**
 * Takes Node's own modules by `process.getBuiltinModule`. An `import` of one from an ES module reads every export of
 * it, and among those of `node:http` is a getter that loads the whole of undici.
 */
const builtinModules: Plugin = {
  name: 'builtin-modules',
  setup(bundler) {
    bundler.onResolve({ filter: /./ }, ({ path }) =>
      isBuiltin(path) ? { path, namespace: 'builtin' } : undefined,
    );
    bundler.onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
      loader: 'js',
    }));
  },
};

/**
 * Bundles the functions into ES modules that need nothing but Node.
 *
 * @returns the size of each bundle, in bytes.
 */
export async function bundleFunctions(outDir: string): Promise<Record<string, number>> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: FUNCTIONS.map((name) => join('functions', `${name}.ts`)),
    outdir: outDir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    // Errors keep their class names, and stack traces their lines.
    keepNames: false,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    plugins: [builtinModules],
  });
  return Object.fromEntries(
    Object.values(metafile.outputs).flatMap(({ entryPoint, bytes }) => {
      const name = FUNCTIONS.find((each) => entryPoint === `functions/${each}.ts`);
      return name === undefined ? [] : [[name, bytes]];
    }),
  );
}
