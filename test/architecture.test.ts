import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');
const IMPORT = /^(?:import|export)\s[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm;

interface Import {
  readonly file: string;
  /** A file of the project by its path, or a package by its name. */
  readonly imported: string;
}

const files = globSync('*/**/*.{js,ts,mjs}', {
  cwd: ROOT,
  exclude: (path) => /^(?:node_modules|dist|dist-cli|reports|coverage|\.)/.test(path),
});

const imports: Import[] = files.flatMap((file) =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(IMPORT)].map(([, from, bare, dynamic]) => {
    const specifier = from ?? bare ?? dynamic ?? '';
    const isFile = specifier.startsWith('.');
    return { file, imported: isFile ? relative(ROOT, join(ROOT, dirname(file), specifier)) : specifier };
  }),
);

/** The folders of a cell: the paths in backticks. */
const foldersIn = (cell = '') => [...cell.matchAll(/`([\w/-]+\/)`/g)].map(([, folder = '']) => folder);

/** The rows of the tables under "Where things are", each as its cells. */
const [, section = ''] =
  /\n## Where things are\n(.*?)\n## /s.exec(readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8')) ?? [];
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

/** Each folder with those that it may import, as the documents say. */
const allowed = new Map<string, ReadonlySet<string>>();
const layers = rows.filter(([, folders]) => foldersIn(folders).some((folder) => folder.startsWith('lib/')));
for (const [index, [, folders]] of layers.entries()) {
  const below = new Set(layers.slice(index + 1).flatMap(([, lower]) => foldersIn(lower)));
  for (const folder of foldersIn(folders)) allowed.set(folder, below);
}
const lib = new Set(allowed.keys());
for (const [, folders, , may] of rows.filter((row) => !layers.includes(row))) {
  const named = foldersIn(may).flatMap((folder) => (folder === 'lib/' ? [...lib] : [folder]));
  for (const folder of foldersIn(folders)) allowed.set(folder, new Set(named));
}

/** The folder of the tables that a file is in: the innermost one. */
function folderOf(path: string): string | undefined {
  return [...allowed.keys()]
    .filter((folder) => path.startsWith(folder))
    .toSorted((one, other) => other.length - one.length)[0];
}

describe('the folders in docs/architecture.md', () => {
  test('are all there are', () => {
    const found = files.filter((file) => folderOf(file) === undefined).map((file) => dirname(file));
    expect([...new Set(found)]).toEqual([]);
    expect([...allowed.keys()].filter((folder) => files.every((file) => folderOf(file) !== folder))).toEqual(
      [],
    );
  });

  test('import what the tables allow, types included', () => {
    expect(imports.length).toBeGreaterThan(1000);
    const broken = imports.filter(({ file, imported }) => {
      const [from = '', to] = [folderOf(file), folderOf(imported)];
      return to !== undefined && from !== to && !allowed.get(from)?.has(to);
    });
    expect(broken.map(({ file, imported }) => `${file} imports ${imported}`)).toEqual([]);
  });

  test('import each other in no circle', () => {
    const open = new Map([...allowed].map(([folder, may]) => [folder, new Set(may)]));
    for (let left = -1; left !== open.size; ) {
      left = open.size;
      for (const [folder, may] of open) if (![...may].some((each) => open.has(each))) open.delete(folder);
    }
    expect([...open.keys()]).toEqual([]);
  });
});

test('nothing that is deployed needs a tool', () => {
  const packages = imports.filter(
    ({ file, imported }) => /^(?:lib|functions)\//.test(file) && !/^(?:lib\/|node:)/.test(imported),
  );
  expect([...new Set(packages.map(({ imported }) => imported))].toSorted()).toEqual([
    '@middy/core',
    '@middy/http-json-body-parser',
    'aws-lambda',
    'p-map',
    'valibot',
  ]);
});
