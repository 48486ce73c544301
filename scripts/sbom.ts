import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import * as v from 'valibot';
import { ROOT } from '../command-line/options.ts';

const FILE = 'sbom.json';

const manifestSchema = v.object({ name: v.string(), version: v.string(), license: v.string() });
const sourceMapSchema = v.object({ sources: v.array(v.string()) });
const lockSchema = v.object({
  packages: v.record(
    v.string(),
    v.object({
      /** Where it is installed under another name. */
      name: v.optional(v.string()),
      version: v.optional(v.string(), ''),
      license: v.optional(v.string()),
      integrity: v.optional(v.string(), ''),
      dependencies: v.optional(v.record(v.string(), v.string()), {}),
    }),
  ),
});

type Packages = v.InferOutput<typeof lockSchema>['packages'];

interface Bundle {
  readonly file: string;
  readonly sha256: string;
  /** The keys in the lock file of the packages that some of its code comes from. */
  readonly packages: readonly string[];
}

/**
 * Writes what the bundles are made of, as CycloneDX 1.6: every package of which a single line has got into one, by what
 * esbuild says of it in the source maps. It has neither a serial number nor a time, so that the same bundles always have
 * the same list.
 *
 * @param folder where `sbom.json` goes.
 * @param project where `package.json` and its lock file are.
 * @param distDir where the bundles are.
 * @returns a line that says what is in it.
 */
export async function writeSbom(
  folder: string,
  project: string = ROOT,
  distDir: string = join(project, 'dist'),
): Promise<string> {
  const [manifest, { packages }, bundles] = await Promise.all([
    readJson(join(project, 'package.json'), manifestSchema),
    readJson(join(project, 'package-lock.json'), lockSchema),
    readBundles(distDir, project),
  ]);
  const used = [...new Set(bundles.flatMap((bundle) => bundle.packages))].toSorted();
  const application = `pkg:npm/${manifest.name}@${manifest.version}`;
  const sbom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'build' }],
      component: {
        type: 'application',
        'bom-ref': application,
        name: manifest.name,
        version: manifest.version,
        licenses: [{ expression: manifest.license }],
        purl: application,
      },
    },
    components: [...bundles.map(describeBundle), ...used.map((key) => describePackage(key, packages))],
    dependencies: [
      { ref: application, dependsOn: bundles.map(({ file }) => file) },
      ...bundles.map((bundle) => ({
        ref: bundle.file,
        dependsOn: bundle.packages.map((key) => purlOf(key, packages)),
      })),
      ...used.map((key) => ({ ref: purlOf(key, packages), dependsOn: dependenciesOf(key, packages, used) })),
    ],
  };
  await writeFile(join(folder, FILE), `${JSON.stringify(sbom, null, 2)}\n`);
  return `${FILE}: ${used.length} packages in ${bundles.length} bundles`;
}

async function readJson<T>(file: string, schema: v.GenericSchema<unknown, T>): Promise<T> {
  return v.parse(schema, JSON.parse(await readFile(file, 'utf8')));
}

async function readBundles(distDir: string, project: string): Promise<Bundle[]> {
  const files = (await readdir(distDir)).filter((name) => name.endsWith('.mjs')).toSorted();
  if (files.length === 0) throw new Error(`There is no bundle in ${distDir}: build first.`);
  return Promise.all(
    files.map(async (file) => {
      const { sources } = await readJson(join(distDir, `${file}.map`), sourceMapSchema);
      const keys = sources.flatMap((source) => packageOf(relative(project, resolve(distDir, source))));
      return {
        file,
        sha256: createHash('sha256')
          .update(await readFile(join(distDir, file)))
          .digest('hex'),
        packages: [...new Set(keys)].toSorted(),
      };
    }),
  );
}

/** The folder of the package that a file belongs to; empty if it is one of the project's own. */
function packageOf(file: string): string[] {
  const parts = file.split(/[\\/]/);
  const start = parts.lastIndexOf('node_modules');
  if (start === -1) return [];
  const length = parts[start + 1]?.startsWith('@') === true ? 3 : 2;
  return [parts.slice(0, start + length).join('/')];
}

function describeBundle({ file, sha256 }: Bundle) {
  return { type: 'file', 'bom-ref': file, name: file, hashes: [{ alg: 'SHA-256', content: sha256 }] };
}

function describePackage(key: string, packages: Packages) {
  const { version, license, integrity } = entryOf(key, packages);
  const purl = purlOf(key, packages);
  return {
    type: 'library',
    'bom-ref': purl,
    name: nameOf(key, packages),
    version,
    ...(license !== undefined && { licenses: [{ expression: license }] }),
    purl,
    // Of the archive that the registry has.
    hashes: [
      {
        alg: 'SHA-512',
        content: Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex'),
      },
    ],
  };
}

/** Those of its dependencies that are in a bundle as well. */
function dependenciesOf(key: string, packages: Packages, used: readonly string[]): string[] {
  return Object.keys(entryOf(key, packages).dependencies).flatMap((name) => {
    const nested = `${key}/node_modules/${name}`;
    const found = used.includes(nested) ? nested : `node_modules/${name}`;
    return used.includes(found) ? [purlOf(found, packages)] : [];
  });
}

function entryOf(key: string, packages: Packages): Packages[string] {
  const entry = packages[key];
  if (entry === undefined)
    throw new Error(`${key} is in a bundle, and not in package-lock.json: run npm ci.`);
  return entry;
}

function nameOf(key: string, packages: Packages): string {
  const { name } = entryOf(key, packages);
  return name ?? key.slice(key.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function purlOf(key: string, packages: Packages): string {
  return `pkg:npm/${nameOf(key, packages).replace('@', '%40')}@${entryOf(key, packages).version}`;
}
