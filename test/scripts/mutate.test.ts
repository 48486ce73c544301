import { globSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ROOT } from '../../command-line/options.ts';
import { PARTS } from '../../scripts/mutate/parts.ts';
import { faultsOfScores, scoresOf, show } from '../../scripts/mutate/score.ts';

const filesOf = (patterns: readonly string[]) => globSync([...patterns], { cwd: ROOT });

test('every file of lib is in one part', () => {
  const files = PARTS.flatMap((part) => filesOf(part.files));
  expect(files.toSorted()).toEqual(globSync('lib/**/*.ts', { cwd: ROOT }).toSorted());
});

test.each(PARTS)('every pattern of $name finds something', ({ files, tests }) => {
  for (const pattern of [...files, ...tests])
    expect([pattern, filesOf([pattern])]).not.toEqual([pattern, []]);
});

describe('the score', () => {
  const results = [
    ...['Killed', 'Timeout', 'Survived', 'NoCoverage'].map((status) => ({ fileName: 'lib/half.ts', status })),
    ...['Killed', 'Killed', 'Ignored', 'RuntimeError'].map((status) => ({
      fileName: 'lib/whole.ts',
      status,
    })),
    { fileName: 'lib/none.ts', status: 'CompileError' },
  ];

  test('counts what a test noticed, of all that could run, and begins with the lowest', () => {
    const { files, total } = scoresOf(results);
    expect([...files, total].map(show)).toEqual([
      ' 50.00 lib/half.ts (2 of 4)',
      '100.00 lib/none.ts (0 of 0)',
      '100.00 lib/whole.ts (2 of 2)',
      ' 66.66 all files (4 of 6)',
    ]);
  });

  test('is too low where all together or one file is', () => {
    const scores = scoresOf(results);
    expect(faultsOfScores(scores, { total: 60, file: 50 })).toEqual([]);
    expect(faultsOfScores(scores, { total: 90, file: 80 })).toEqual([
      ' 66.66 all files (4 of 6): at least 90 is wanted',
      ' 50.00 lib/half.ts (2 of 4): at least 80 is wanted of every file',
    ]);
  });
});
