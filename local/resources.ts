import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { parse } from 'yaml';

const templateSchema = v.object({ Resources: v.record(v.string(), v.unknown()) });

/** The deployed resources of one file in `resources/`, by name. */
export async function readResources(file: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readFile(join(import.meta.dirname, '../resources', file), 'utf8');
  // CloudFormation's own tags (`!Ref` and so on) are of no interest here.
  return v.parse(templateSchema, parse(text, { logLevel: 'silent' })).Resources;
}
