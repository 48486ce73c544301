import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ROOT } from '../../command-line/options.ts';
import { buildCli } from '../../scripts/build-cli.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-package-'));
  await mkdir(join(folder, 'cli'));
  await cp(join(ROOT, 'cli/swr-sync.mjs'), join(folder, 'cli/swr-sync.mjs'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function start(args: readonly string[], where = folder) {
  const { STAGE: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: where, encoding: 'utf8', env });
  return { status, stdout, stderr };
}

/** A module that says which one it is. */
const saying = (word: string) => `export const main = () => console.log('${word}');`;

describe('the launcher', () => {
  test('takes the sources of a clone, even beside a bundle of yesterday', async () => {
    await mkdir(join(folder, 'dist-cli'));
    await writeFile(join(folder, 'dist-cli/swr-sync.mjs'), saying('bundle'));
    expect(start(['cli/swr-sync.mjs'])).toMatchObject({ stdout: 'bundle\n' });
    await writeFile(join(folder, 'cli/main.ts'), saying('sources'));
    expect(start(['cli/swr-sync.mjs'])).toMatchObject({ stdout: 'sources\n' });
  });

  test('says where Node.js is too old', () => {
    const older = "Object.defineProperty(process.versions, 'node', { value: '22.11.0' })";
    const args = [
      '--import',
      `data:text/javascript,${encodeURIComponent(older)}`,
      'cli/swr-sync.mjs',
      'tasks',
    ];
    expect(start(args)).toEqual({
      status: 2,
      stdout: '',
      stderr: 'swr-sync needs Node.js 24 or newer; this is 22.11.0.\n',
    });
  });
});

describe('the tool', () => {
  test.each([
    { why: 'from a clone', prepare: () => Promise.resolve(ROOT) },
    {
      why: 'from a package, without any other one',
      prepare: async () => {
        await buildCli(join(folder, 'dist-cli'));
        return folder;
      },
    },
  ])('explains itself $why', async ({ prepare }) => {
    const where = await prepare();
    const { status, stdout, stderr } = start(['cli/swr-sync.mjs', '--help'], where);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const word of ['tasks', 'clean', 'sweep', 'history', 'restore', 'failed', 'doctor', 'Exit status:'])
      expect(stdout).toContain(word);
  });

  test('goes with the licences of all that is in its bundle', async () => {
    await buildCli(join(folder, 'dist-cli'));
    const licenses = await readFile(join(folder, 'dist-cli/LICENSES.txt'), 'utf8');
    const names = [...licenses.matchAll(/^=== (\S+) \d/gm)].map(([, name]) => name);
    expect(names).toEqual(
      expect.arrayContaining(['cli-progress', 'cli-table3', 'commander', 'p-map', 'valibot', 'yaml']),
    );
    expect(licenses).toContain('Permission is hereby granted');
  });
});
