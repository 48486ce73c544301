import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ROOT } from '../../command-line/options.ts';

/** Every file with commands for people. */
const files = globSync(
  [
    '*.{md,json,yml}',
    'docs/**/*.md',
    '.github/**/*.yml',
    'config/*.yml',
    '{cli,lib,functions,local,scripts}/**/*.{ts,mjs,yml}',
  ],
  { cwd: ROOT },
).filter((name) => name !== 'package-lock.json');

/** Other spellings of npx that ask the registry for what isn't installed. */
const FETCHES = /\b(?:npx|npm (?:exec|x)|pnpm dlx|yarn dlx|bunx)\b/;

/** The paragraphs of a text, and the blocks of commands: what a person reads in one go. */
function paragraphsOf(text: string): string[] {
  return text.split(/\n\s*\n/);
}

test('the texts were read', () => {
  expect(files).toEqual(expect.arrayContaining(['README.md', 'docs/cli.md', 'cli/main.ts']));
});

describe('npx asks the registry for a name that is not installed, and swr-sync is not registered', () => {
  test.each(files)('%s names npx only where it is about a clone', (name) => {
    const paragraphs = paragraphsOf(readFileSync(join(ROOT, name), 'utf8'));
    const elsewhere = paragraphs.filter((text) => FETCHES.test(text) && !/\bclone\b/.test(text));
    expect(elsewhere).toEqual([]);
  });

  test.each(files.filter((name) => name.startsWith('cli/')))(
    '%s, which may be installed, never does',
    (name) => {
      expect(readFileSync(join(ROOT, name), 'utf8')).not.toMatch(FETCHES);
    },
  );

  test('docs/cli.md says why', () => {
    const why = paragraphsOf(readFileSync(join(ROOT, 'docs/cli.md'), 'utf8')).filter((text) =>
      FETCHES.test(text),
    );
    expect(why.join('\n')).toMatch(/asks the registry[\s\S]*credentials/);
  });

  test('the package can not be published under the name by mistake', () => {
    const manifest: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ private: true, bin: { 'swr-sync': 'cli/swr-sync.mjs' } });
  });
});
