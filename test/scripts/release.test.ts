import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { UsageError } from '../../command-line/options.ts';
import { release } from '../../scripts/release.ts';
import { caught } from '../support/caught.ts';
import { setVariables } from '../support/environment.ts';

const run = promisify(execFile);
const MANIFEST = `{
  "name": "shop",
  "version": "1.2.3",
  "scripts": {
    "check": "node check.mjs"
  },
  "dependencies": {
    "version": "1.2.3"
  }
}
`;
const LOCK = `{
  "name": "shop",
  "version": "1.2.3",
  "lockfileVersion": 3,
  "packages": {
    "": {
      "name": "shop",
      "version": "1.2.3"
    },
    "node_modules/version": {
      "version": "1.2.3"
    }
  }
}
`;
const CHANGELOG = `# Changelog

Versions follow Semantic Versioning.

## [Unreleased]

### Added

- Everything.

## [1.2.3] - 2026-01-02

- The beginning.
`;

let folder: string;
let restore: () => void;
const git = async (...args: string[]) => (await run('git', args, { cwd: folder })).stdout.trim();
const read = (name: string) => readFile(join(folder, name), 'utf8');
const write = (name: string, text: string) => writeFile(join(folder, name), text);
const today = () => new Date().toISOString().slice(0, 10);

beforeAll(() => {
  // Whoever runs the tests may sign commits, or have hooks.
  restore = setVariables({
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Robot',
    GIT_AUTHOR_EMAIL: 'robot@example.com',
    GIT_COMMITTER_NAME: 'Robot',
    GIT_COMMITTER_EMAIL: 'robot@example.com',
  });
});
afterAll(() => restore());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'release-'));
  await git('init', '--quiet', '--initial-branch=main');
  await write('package.json', MANIFEST);
  await write('package-lock.json', LOCK);
  await write('CHANGELOG.md', CHANGELOG);
  await write('check.mjs', '');
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'feat: begin');
});
afterEach(() => rm(folder, { recursive: true }));

describe('a release', () => {
  test('is one commit and one tag, and nothing else', async () => {
    const told = await release(['minor', '--no-check'], folder);
    expect(await git('log', '--format=%s')).toBe('chore(release): 1.3.0\nfeat: begin');
    expect(await git('diff', '--name-only', 'HEAD~1')).toBe('CHANGELOG.md\npackage-lock.json\npackage.json');
    expect(await git('status', '--porcelain')).toBe('');
    expect(await git('cat-file', '-t', 'v1.3.0')).toBe('tag');
    expect(await git('rev-parse', 'v1.3.0^{commit}')).toBe(await git('rev-parse', 'HEAD'));
    expect(told).toContain('git push --atomic origin main v1.3.0');
  });

  test('has the version in both files, and changes no other one', async () => {
    await release(['2.0.0', '--no-check'], folder);
    const lines = (text: string) => text.split('\n');
    const changed = async (name: string, before: string) => {
      const after = lines(await read(name));
      expect(after).toHaveLength(lines(before).length);
      return after.filter((line, index) => line !== lines(before)[index]);
    };
    expect(await changed('package.json', MANIFEST)).toEqual(['  "version": "2.0.0",']);
    expect(await changed('package-lock.json', LOCK)).toEqual([
      '  "version": "2.0.0",',
      '      "version": "2.0.0"',
    ]);
  });

  test('takes what was unreleased, which is in its tag as well', async () => {
    await release(['patch', '--no-check'], folder);
    expect(await read('CHANGELOG.md')).toBe(
      CHANGELOG.replace('## [Unreleased]\n', `## [Unreleased]\n\n## [1.2.4] - ${today()}\n`),
    );
    expect(await git('tag', '--list', '--format=%(contents)')).toBe('v1.2.4\n\n### Added\n\n- Everything.');
  });

  test('can be made again when there is more', async () => {
    await release(['patch', '--no-check'], folder);
    await expect(release(['patch', '--no-check'], folder)).rejects.toThrow('there is nothing to release');
    await write(
      'CHANGELOG.md',
      (await read('CHANGELOG.md')).replace('[Unreleased]\n', '[Unreleased]\n\n- More.\n'),
    );
    await git('commit', '--quiet', '--all', '--message', 'feat: more');
    await release(['patch', '--no-check'], folder);
    expect(await git('tag', '--list')).toBe('v1.2.4\nv1.2.5');
  });

  test('that is only looked at changes nothing', async () => {
    const told = await release(['major', '--dry-run'], folder);
    expect(told).toBe(`Would commit and tag v2.0.0 (${today()}):\n\n### Added\n\n- Everything.`);
    expect(await git('log', '--format=%s')).toBe('feat: begin');
    expect(await git('status', '--porcelain')).toBe('');
  });

  test('is checked before', async () => {
    await write('check.mjs', "import { writeFileSync } from 'node:fs'; writeFileSync('.git/checked', '');");
    await git('commit', '--quiet', '--all', '--message', 'test: leave a trace');
    await release(['patch'], folder);
    expect(await read('.git/checked')).toBe('');
    expect(await git('tag', '--list')).toBe('v1.2.4');
  });
});

describe('nothing is changed', () => {
  test.each<{
    why: string;
    args?: string[];
    prepare?: () => Promise<unknown>;
    says: string;
    type?: typeof Error;
  }>([
    { why: 'no version is named', args: [], says: 'expected one version' },
    { why: 'two are named', args: ['patch', '2.0.0'], says: 'expected one version' },
    { why: 'an option is misspelt', args: ['patch', '--dryrun'], says: "Unknown option '--dryrun'" },
    {
      why: 'the version is none',
      args: ['v2'],
      says: 'expected patch, minor, major or a version X.Y.Z, found "v2"',
    },
    { why: 'the version is an older one', args: ['1.2.2'], says: '1.2.2 is not later than 1.2.3' },
    { why: 'a file is changed', prepare: () => write('check.mjs', '// new'), says: 'M check.mjs' },
    { why: 'a file is new', prepare: () => write('new.txt', ''), says: '?? new.txt' },
    {
      why: 'another branch is checked out',
      prepare: () => git('checkout', '--quiet', '-b', 'topic'),
      says: 'A release is made of main, and topic is checked out.',
    },
    {
      why: 'no branch is checked out',
      prepare: () => git('checkout', '--quiet', '--detach'),
      says: 'and no branch is checked out',
    },
    { why: 'the tag is there', prepare: () => git('tag', 'v1.2.4'), says: 'There is a tag v1.2.4 already.' },
    {
      why: 'the checks fail',
      args: ['patch'],
      prepare: async () => {
        await write('check.mjs', 'process.exit(1);');
        await git('commit', '--quiet', '--all', '--message', 'test: fail');
      },
      says: 'Nothing was released: npm run check failed.',
      type: Error,
    },
    {
      why: 'the checks change a file',
      args: ['patch'],
      prepare: async () => {
        await write('check.mjs', "import { writeFileSync } from 'node:fs'; writeFileSync('check.mjs', '');");
        await git('commit', '--quiet', '--all', '--message', 'test: change a file');
      },
      says: 'M check.mjs',
    },
  ])('where $why', async ({ args = ['patch', '--no-check'], prepare, says, type = UsageError }) => {
    await prepare?.();
    const [head, tags] = [await git('rev-parse', 'HEAD'), await git('tag', '--list')];
    const error = await caught(release(args, folder));
    expect(error).toBeInstanceOf(type);
    expect(String(error)).toContain(says);
    expect([await git('rev-parse', 'HEAD'), await git('tag', '--list')]).toEqual([head, tags]);
    expect(await read('package.json')).toBe(MANIFEST);
    expect(await read('CHANGELOG.md')).toBe(CHANGELOG);
  });

  test('where git does not take the commit', async () => {
    await mkdir(join(folder, '.git/hooks'), { recursive: true });
    await write('.git/hooks/pre-commit', '#!/bin/sh\necho not today >&2\nexit 1\n');
    await chmod(join(folder, '.git/hooks/pre-commit'), 0o755);
    await expect(release(['patch', '--no-check'], folder)).rejects.toThrow('not today');
    expect(await git('status', '--porcelain')).toBe('');
    expect(await git('tag', '--list')).toBe('');
    expect(await read('package.json')).toBe(MANIFEST);
  });
});
