import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, runCommand } from '../../command-line/options.ts';
import { describeFailures } from './document.ts';

await runCommand(async () => {
  await writeFile(join(ROOT, 'docs/failures.md'), describeFailures());
  console.log('Wrote docs/failures.md');
});
