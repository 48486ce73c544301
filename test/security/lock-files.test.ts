import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import * as v from 'valibot';
import { ROOT } from '../../command-line/options.ts';

const exact = v.pipe(v.string(), v.regex(/^\d+\.\d+\.\d+(?:-[\w.-]+)?$/));
const exactVersions = v.optional(v.record(v.string(), exact));
const root = v.object({ dependencies: exactVersions, devDependencies: exactVersions });
const locked = v.object({
  version: exact,
  integrity: v.pipe(v.string(), v.regex(/^sha512-/)),
  // The registry is the one of the machine: no address is in the file.
  resolved: v.optional(v.never()),
});
const bundled = v.looseObject({ inBundle: v.literal(true) });
const schema = v.object({ packages: v.objectWithRest({ '': root }, v.union([locked, bundled])) });

test.each(['', 'bench'])('"%s" locks exact versions with their hashes and without addresses', (folder) => {
  const lock: unknown = JSON.parse(readFileSync(join(ROOT, folder, 'package-lock.json'), 'utf8'));
  expect(v.safeParse(schema, lock).issues).toBeUndefined();
});
