import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeFailures } from '../test/failures/document.ts';
import { ROOT, runCommand } from './command-line.ts';

await runCommand(async () => {
  await writeFile(join(ROOT, 'docs/failures.md'), describeFailures());
  console.log('Wrote docs/failures.md');
});
