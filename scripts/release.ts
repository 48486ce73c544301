import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { messageOf, ROOT, runCommand, UsageError } from '../command-line/options.ts';
import { releaseChangelog } from './release/changelog.ts';
import { Git } from './release/git.ts';
import { nextVersion, setVersion } from './release/version.ts';

const USAGE = 'Usage: npm run release -- patch|minor|major|X.Y.Z [--dry-run] [--no-check]';
const BRANCH = 'main';

const manifestSchema = v.object({ version: v.string() });

/**
 * Makes a release of what is on `main`: version, changelog, commit and tag. Pushes nothing.
 *
 * @param folder the project's.
 * @returns what was done, and what is to be done next.
 * @throws {UsageError} if nothing was changed because it can not be released like this.
 */
export async function release(args: readonly string[], folder: string = ROOT): Promise<string> {
  const { wanted, dryRun, check } = readOptions(args);
  const git = new Git(folder);
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  const manifest = await read('package.json');
  const version = nextVersion(v.parse(manifestSchema, JSON.parse(manifest)).version, wanted);
  const tag = `v${version}`;
  const date = new Date().toISOString().slice(0, 10);
  const { text: changelog, notes } = releaseChangelog(await read('CHANGELOG.md'), version, date);
  await requireReleasable(git, tag);
  if (dryRun) return `Would commit and tag ${tag} (${date}):\n\n${notes}`;

  if (check) {
    await runChecks(folder);
    // What was checked has to be what is tagged.
    await requireReleasable(git, tag);
  }
  const files = {
    'package.json': setVersion(manifest, version),
    'package-lock.json': setVersion(await read('package-lock.json'), version),
    'CHANGELOG.md': changelog,
  };
  const names = Object.keys(files);
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    await git.commit(`chore(release): ${version}`, names);
  } catch (error) {
    await git.restore(names);
    throw error;
  }
  await git.tag(tag, `${tag}\n\n${notes}`);
  return `${tag} is committed and tagged, and not pushed yet. To have it deployed:

    git push --atomic origin ${BRANCH} ${tag}

Or, to take it back:

    git tag --delete ${tag} && git reset --hard HEAD~1`;
}

function readOptions(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'dry-run': { type: 'boolean', default: false },
        'no-check': { type: 'boolean', default: false },
      },
    });
    const [wanted, ...more] = positionals;
    if (wanted === undefined || more.length > 0) throw new Error('expected one version');
    return { wanted, dryRun: values['dry-run'], check: !values['no-check'] };
  } catch (error) {
    throw new UsageError(`${messageOf(error)}\n${USAGE}`, { cause: error });
  }
}

async function requireReleasable(git: Git, tag: string): Promise<void> {
  const branch = await git.branch();
  if (branch !== BRANCH) {
    throw new UsageError(`A release is made of ${BRANCH}, and ${branch || 'no branch'} is checked out.`);
  }
  const changes = await git.changes();
  if (changes !== '') throw new UsageError(`There are changes that are not committed:\n${changes}`);
  if (await git.hasTag(tag)) throw new UsageError(`There is a tag ${tag} already.`);
}

async function runChecks(folder: string): Promise<void> {
  const child = spawn('npm', ['run', 'check'], { cwd: folder, stdio: 'inherit' });
  const [status]: unknown[] = await once(child, 'close');
  if (status !== 0) throw new Error('Nothing was released: npm run check failed.');
}

if (import.meta.main) {
  await runCommand(async () => console.log(await release(process.argv.slice(2))));
}
