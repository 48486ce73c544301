import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ROOT } from '../../command-line/options.ts';
import { releaseChangelog } from '../../scripts/release-changelog.ts';

describe('a changelog', () => {
  const text = (unreleased: string, rest = '') => `# Changelog\n\n## [Unreleased]\n${unreleased}${rest}`;

  test('may end with what is released', () => {
    expect(releaseChangelog(text('\n- More.\n'), '1.0.0', '2026-11-24')).toBe(
      '# Changelog\n\n## [Unreleased]\n\n## [1.0.0] - 2026-11-24\n\n- More.\n',
    );
  });

  test.each([
    { why: 'it has no section for it', changelog: '# Changelog\n', says: 'has no section ## [Unreleased]' },
    {
      why: 'the section is empty',
      changelog: text('\n\n', '## [0.9.0]\n'),
      says: 'has no entry under ## [Unreleased]',
    },
    {
      why: 'it has headings only',
      changelog: text('\n### Added\n'),
      says: 'has no entry under ## [Unreleased]',
    },
    {
      why: 'the version is in it',
      changelog: text('\n- x\n', '## [1.0.0] - x\n'),
      says: '## [1.0.0] already',
    },
  ])('releases nothing where $why', ({ changelog, says }) => {
    expect(() => releaseChangelog(changelog, '1.0.0', '2026-11-24')).toThrow(says);
  });

  test("is the project's own", async () => {
    const own = await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8');
    const more = own.replace('[Unreleased]\n', '[Unreleased]\n\n- More.\n');
    expect(releaseChangelog(more, '98.76.54', '2026-11-24')).toContain(
      '## [Unreleased]\n\n## [98.76.54] - 2026-11-24\n\n- More.\n',
    );
  });
});
