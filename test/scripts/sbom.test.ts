import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { ROOT } from '../../command-line/options.ts';
import { writeSbom } from '../../scripts/sbom.ts';
import { buildStage } from '../support/built-stage.ts';

const hash = v.strictObject({ alg: v.picklist(['SHA-256', 'SHA-512']), content: v.string() });
const component = v.strictObject({
  type: v.picklist(['file', 'library']),
  'bom-ref': v.string(),
  name: v.string(),
  version: v.optional(v.string()),
  licenses: v.optional(v.array(v.strictObject({ expression: v.string() }))),
  purl: v.optional(v.string()),
  hashes: v.array(hash),
});
const sbomSchema = v.looseObject({
  bomFormat: v.literal('CycloneDX'),
  specVersion: v.literal('1.6'),
  metadata: v.looseObject({ component: v.looseObject({ 'bom-ref': v.string(), version: v.string() }) }),
  components: v.array(component),
  dependencies: v.array(v.strictObject({ ref: v.string(), dependsOn: v.array(v.string()) })),
});
type Sbom = v.InferOutput<typeof sbomSchema>;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sbom-'));
});
afterAll(() => rm(folder, { recursive: true }));

const readSbom = async (): Promise<Sbom> =>
  v.parse(sbomSchema, JSON.parse(await readFile(join(folder, 'sbom.json'), 'utf8')));

describe('what the bundles of a stage are made of', () => {
  let built: Awaited<ReturnType<typeof buildStage>>;
  let line: string;
  let sbom: Sbom;
  beforeAll(async () => {
    built = await buildStage('local');
    line = await writeSbom(folder, ROOT, built.distDir);
    sbom = await readSbom();
  });
  afterAll(() => built.remove());

  const libraries = () => sbom.components.filter(({ type }) => type === 'library');
  const files = () => sbom.components.filter(({ type }) => type === 'file');

  test('is every package that has code in them, and no tool', () => {
    expect(libraries().map(({ name }) => name)).toEqual([
      '@middy/core',
      '@middy/http-json-body-parser',
      '@middy/util',
      'p-map',
      'valibot',
    ]);
    expect(line).toBe(`sbom.json: 5 packages in ${files().length} bundles`);
  });

  test('has the versions and licenses of what is installed', async () => {
    for (const { name, version, licenses, purl } of libraries()) {
      const text = await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8');
      const installed = v.parse(v.object({ version: v.string(), license: v.string() }), JSON.parse(text));
      expect({ name, version, licenses }).toEqual({
        name,
        version: installed.version,
        licenses: [{ expression: installed.license }],
      });
      expect(purl).toBe(`pkg:npm/${name.replace('@', '%40')}@${installed.version}`);
    }
  });

  test('has the hashes of the lock file', async () => {
    const lock = await readFile(join(ROOT, 'package-lock.json'), 'utf8');
    for (const { hashes } of libraries()) {
      expect(hashes).toHaveLength(1);
      const [{ alg, content } = { alg: '', content: '' }] = hashes;
      expect(alg).toBe('SHA-512');
      expect(lock).toContain(`"integrity": "sha512-${Buffer.from(content, 'hex').toString('base64')}"`);
    }
  });

  test('names the bundles with their hashes', async () => {
    expect(files().map(({ name }) => name)).toEqual(expect.arrayContaining(['clean.mjs', 'receive.mjs']));
    for (const { name, hashes } of files()) {
      const bytes = await readFile(join(built.distDir, name));
      expect(hashes).toEqual([{ alg: 'SHA-256', content: createHash('sha256').update(bytes).digest('hex') }]);
    }
  });

  test('says which bundle has what, down to the last package', () => {
    const refs = [sbom.metadata.component['bom-ref'], ...sbom.components.map((each) => each['bom-ref'])];
    expect(sbom.dependencies.map(({ ref }) => ref)).toEqual(refs);
    for (const { dependsOn } of sbom.dependencies) expect(refs).toEqual(expect.arrayContaining(dependsOn));
    const of = (wanted: string) => sbom.dependencies.find(({ ref }) => ref === wanted)?.dependsOn;
    expect(of(sbom.metadata.component['bom-ref'])).toEqual(files().map(({ name }) => name));
    expect(of('receive.mjs')).toContainEqual(expect.stringMatching(/http-json-body-parser/));
    expect(of('clean.mjs')).not.toContainEqual(expect.stringMatching(/http-json-body-parser/));
    const parser = refs.find((ref) => ref.includes('http-json-body-parser')) ?? '';
    expect(of(parser)).toEqual([expect.stringMatching(/^pkg:npm\/%40middy\/util@/)]);
  });

  test('is the same for the same bundles, to the byte', async () => {
    const first = await readFile(join(folder, 'sbom.json'), 'utf8');
    await writeSbom(folder, ROOT, built.distDir);
    expect(await readFile(join(folder, 'sbom.json'), 'utf8')).toBe(first);
  });
});

describe('of another project', () => {
  const locked = (version: string, more: object = {}) => ({ version, license: 'MIT', ...more });
  beforeAll(async () => {
    const project = { name: 'shop', version: '1.2.3', license: 'MIT' };
    const packages = {
      'node_modules/a': locked('1.0.0', { dependencies: { '@acme/b': '^2.0.0', c: '*' } }),
      'node_modules/a/node_modules/@acme/b': locked('2.0.0'),
      'node_modules/@acme/b': locked('3.0.0'),
      'node_modules/c': locked('4.0.0', { name: 'c-fork' }),
      'node_modules/unused': locked('5.0.0'),
    };
    await writeFile(join(folder, 'package.json'), JSON.stringify(project));
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages }));
    await mkdir(join(folder, 'dist'));
    await writeFile(join(folder, 'dist/one.mjs'), 'export {};');
  });
  const bundle = (...sources: string[]) =>
    writeFile(join(folder, 'dist/one.mjs.map'), JSON.stringify({ version: 3, sources }));

  test('a package within another one is told from the one outside', async () => {
    await bundle(
      '../lib/own.ts',
      '../node_modules/a/index.js',
      '../node_modules/a/node_modules/@acme/b/lib/index.js',
      '../node_modules/a/node_modules/@acme/b/lib/other.js',
      '../node_modules/@acme/b/lib/index.js',
      '../node_modules/c/index.js',
    );
    expect(await writeSbom(folder, folder)).toBe('sbom.json: 4 packages in 1 bundles');
    const { dependencies } = await readSbom();
    expect(dependencies.find(({ ref }) => ref === 'pkg:npm/a@1.0.0')?.dependsOn).toEqual([
      'pkg:npm/%40acme/b@2.0.0',
      'pkg:npm/c-fork@4.0.0',
    ]);
    expect(dependencies.find(({ ref }) => ref === 'one.mjs')?.dependsOn).toContain('pkg:npm/%40acme/b@3.0.0');
  });

  test('a package that nobody has locked may not be in a bundle', async () => {
    await bundle('../node_modules/not-locked/index.js');
    await expect(writeSbom(folder, folder)).rejects.toThrow(
      'node_modules/not-locked is in a bundle, and not in package-lock.json: run npm ci.',
    );
  });

  test('nothing can be said before it is built', async () => {
    await mkdir(join(folder, 'empty'));
    await expect(writeSbom(folder, folder, join(folder, 'empty'))).rejects.toThrow('build first');
  });
});
