import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { ROOT } from './command-line.ts';

export const FUNCTIONS = ['receive', 'clean'] as const;

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
