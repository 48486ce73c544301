import { UsageError } from '../../command-line/options.ts';

const UNRELEASED = '## [Unreleased]';

interface ReleasedChangelog {
  readonly text: string;
  /** What the release brings, without its heading. */
  readonly notes: string;
}

/**
 * Makes what is unreleased a release, under an empty section for what comes next.
 *
 * @param date `YYYY-MM-DD`.
 * @throws {UsageError} if nothing is unreleased, or the version is there already.
 */
export function releaseChangelog(changelog: string, version: string, date: string): ReleasedChangelog {
  const heading = `## [${version}]`;
  const sections = changelog.split(/^(?=## )/m);
  const index = sections.findIndex((section) => section.startsWith(UNRELEASED));
  const section = sections[index];
  if (section === undefined) throw new UsageError(`CHANGELOG.md has no section ${UNRELEASED}`);
  if (sections.some((each) => each.startsWith(heading))) {
    throw new UsageError(`CHANGELOG.md has a section ${heading} already`);
  }
  const notes = section.slice(UNRELEASED.length).trim();
  // A heading like "### Added" says nothing by itself.
  if (!notes.split('\n').some((line) => line.trim() !== '' && !line.startsWith('#'))) {
    throw new UsageError('CHANGELOG.md says nothing under [Unreleased]: there is nothing to release');
  }
  const released = `${UNRELEASED}\n\n${heading} - ${date}\n\n${notes}\n${index < sections.length - 1 ? '\n' : ''}`;
  return { text: sections.with(index, released).join(''), notes };
}
