/**
 * `npm run mutate [-- NAME…]`: changes every file of lib in every small way, and sees whether a test notices. A name is
 * that of a file, or of a part (`scripts/mutate/parts.ts`). All of it takes long; a file takes seconds.
 */
import { globSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { ROOT, runCommand, UsageError } from '../command-line/options.ts';
import { PARTS } from './mutate/parts.ts';
import { faultsOfScores, isUndetected, scoresOf, show } from './mutate/score.ts';

const LEAST = { total: 90, file: 80 };
// Every mutant meets each property: a few values show a change that a table has missed.
process.env['PROPERTY_RUNS'] ??= '20';

await runCommand(async () => {
  process.chdir(ROOT);
  const { positionals: names } = parseArgs({ allowPositionals: true });
  const isWanted = (name: string) => names.length === 0 || names.includes(name);
  const results = [];
  for (const { name, files, tests } of PARTS) {
    const mutate = filesOf(files).filter((file) => isWanted(name) || isWanted(file));
    if (mutate.length === 0) continue;
    console.log(`${name}: ${mutate.length} of its files`);
    const testMatch = tests.map((pattern) => `<rootDir>/${pattern}`);
    // Not in the project, where other tools would find every file twice.
    const tempDirName = await mkdtemp(join(tmpdir(), `mutants-${name}-`));
    const run = new Stryker({ mutate, jest: { config: { testMatch } }, tempDirName });
    results.push(...(await run.runMutationTest()));
  }
  if (results.length === 0)
    throw new UsageError(`No file of lib and no part of it is called ${names.join(' or ')}`);

  const judged = results.map((result) => ({ ...result, fileName: relative(ROOT, result.fileName) }));
  for (const { fileName, location, mutatorName, replacement } of judged.filter(isUndetected)) {
    const { line, column } = location.start;
    console.log(`${fileName}:${line}:${column} not noticed: ${mutatorName}: ${oneLine(replacement)}`);
  }
  const scores = scoresOf(judged);
  for (const score of scores.files) console.log(show(score));
  console.log(show(scores.total));
  const faults = faultsOfScores(scores, names.length === 0 ? LEAST : { ...LEAST, total: 0 });
  if (faults.length > 0) throw new Error(faults.join('\n'));
});

function filesOf(patterns: readonly string[]): string[] {
  return globSync([...patterns], { cwd: ROOT }).toSorted();
}

function oneLine(text = ''): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 100 ? `${line.slice(0, 97)}...` : line;
}
