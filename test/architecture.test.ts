import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');
const IMPORT = /^(?:import|export)\s[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm;

interface Import {
  readonly file: string;
  /** A file of the project by its path, or a package by its name. */
  readonly imported: string;
}

const imports: Import[] = globSync('{cli,command-line,e2e,functions,lib,local,scripts,start}/**/*.ts', {
  cwd: ROOT,
}).flatMap((file) =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(IMPORT)].map(([, from, bare]) => {
    const specifier = from ?? bare ?? '';
    const isFile = specifier.startsWith('.');
    return { file, imported: isFile ? relative(ROOT, join(ROOT, dirname(file), specifier)) : specifier };
  }),
);

/** The imports that break a rule, as lines that can be read. */
function breaking(isBroken: (each: Import) => boolean): string[] {
  return imports.filter(isBroken).map(({ file, imported }) => `${file} imports ${imported}`);
}

const within = (path: string, ...folders: string[]) =>
  folders.some((folder) => path.startsWith(`${folder}/`));

describe('who may import whom', () => {
  test('the imports were found', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  test('lib imports nothing of the project but lib', () => {
    const broken = breaking(
      ({ file, imported }) =>
        within(file, 'lib') &&
        within(imported, 'cli', 'functions', 'local', 'scripts', 'test', 'bench', 'config'),
    );
    expect(broken).toEqual([]);
  });

  test('functions import nothing of the project but lib', () => {
    const broken = breaking(
      ({ file, imported }) =>
        within(file, 'functions') &&
        within(imported, 'cli', 'functions', 'local', 'scripts', 'test', 'bench'),
    );
    expect(broken).toEqual([]);
  });

  test("the operator's tool uses lib, and neither the functions nor what stands in for a cloud", () => {
    const broken = breaking(
      ({ file, imported }) => within(file, 'cli') && within(imported, 'functions', 'local', 'test', 'bench'),
    );
    expect(broken).toEqual([]);
  });

  test('only the edges of lib know the types of AWS events', () => {
    const broken = breaking(
      ({ file, imported }) =>
        within(file, 'lib') &&
        !within(file, 'lib/queue', 'lib/webhook', 'lib/sources') &&
        imported === 'aws-lambda',
    );
    expect(broken).toEqual([]);
  });

  test('lib/huaweicloud knows nothing of events, queues and configuration', () => {
    const broken = breaking(
      ({ file, imported }) =>
        within(file, 'lib/huaweicloud') &&
        within(imported, 'lib/aws', 'lib/cleanup', 'lib/config', 'lib/sources', 'lib/webhook'),
    );
    expect(broken).toEqual([]);
  });

  test('lib/http knows nothing but the clock', () => {
    const broken = breaking(
      ({ file, imported }) =>
        within(file, 'lib/http') &&
        within(imported, 'lib') &&
        !within(imported, 'lib/http') &&
        imported !== 'lib/clock.ts',
    );
    expect(broken).toEqual([]);
  });

  test('the emulator shares nothing with what it is there to test', () => {
    const broken = breaking(
      ({ file, imported }) =>
        within(file, 'local/huaweicloud') && within(imported, 'lib', 'functions', 'cli'),
    );
    expect(broken).toEqual([]);
  });

  test('nothing that is deployed needs a tool', () => {
    const allowed = new Set([
      '@middy/core',
      '@middy/http-json-body-parser',

      'valibot',
      'p-map',
      'aws-lambda',
    ]);
    const broken = breaking(
      ({ file, imported }) =>
        within(file, 'lib', 'functions') &&
        !within(imported, 'lib') &&
        !imported.startsWith('node:') &&
        !allowed.has(imported),
    );
    expect(broken).toEqual([]);
  });
});
