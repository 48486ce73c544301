/**
 * Hook of `npm version`: turns the unreleased section of `CHANGELOG.md` into that of the new version. With `--check`, only
 * checks that this is possible, and that `main` is checked out.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runCommand, UsageError } from '../command-line/options.ts';

const UNRELEASED = '## [Unreleased]';

/**
 * Dates the unreleased section, under a new and empty one.
 *
 * @param date `YYYY-MM-DD`.
 * @throws {UsageError} if nothing is unreleased, or the version has a section already.
 */
export function releaseChangelog(changelog: string, version: string, date: string): string {
  const heading = `## [${version}]`;
  const sections = changelog.split(/^(?=## )/m);
  const index = sections.findIndex((section) => section.startsWith(UNRELEASED));
  const section = sections[index];
  if (section === undefined) throw new UsageError(`CHANGELOG.md has no section ${UNRELEASED}: add it.`);
  if (sections.some((each) => each.startsWith(heading)))
    throw new UsageError(`CHANGELOG.md has a section ${heading} already: choose another version.`);
  const notes = section.slice(UNRELEASED.length).trim();
  if (!notes.split('\n').some((line) => line.trim() !== '' && !line.startsWith('#')))
    throw new UsageError(`CHANGELOG.md has no entry under ${UNRELEASED}: nothing to release.`);
  const end = index < sections.length - 1 ? '\n\n' : '\n';
  return sections.with(index, `${UNRELEASED}\n\n${heading} - ${date}\n\n${notes}${end}`).join('');
}

if (import.meta.main) {
  await runCommand(async () => {
    const file = join(ROOT, 'CHANGELOG.md');
    const version = process.env['npm_new_version'];
    if (version === undefined) throw new UsageError('This is a hook: run npm version.');
    const changelog = releaseChangelog(
      readFileSync(file, 'utf8'),
      version,
      new Date().toISOString().slice(0, 10),
    );
    const branch = execFileSync('git', ['branch', '--show-current'], { cwd: ROOT, encoding: 'utf8' }).trim();
    if (branch !== 'main') throw new UsageError(`Releases are made on main, and "${branch}" is checked out.`);
    if (!process.argv.includes('--check')) writeFileSync(file, changelog);
  });
}
