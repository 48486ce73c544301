import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import * as v from 'valibot';
import { parse } from 'yaml';
import { readResources } from '../../scripts/dashboard/template.ts';

const templateSchema = v.object({
  provider: v.object({ tracing: v.object({ lambda: v.boolean() }) }),
  functions: v.record(v.string(), v.object({ recursiveLoop: v.optional(v.string()) })),
});
const text = readFileSync(join(import.meta.dirname, '../../serverless.yml'), 'utf8');
const template = v.parse(templateSchema, parse(text, { logLevel: 'silent' }));

test('every function writes traces, and may', async () => {
  expect(template.provider.tracing).toEqual({ lambda: true });
  const roles = [...(await readResources('AWS::IAM::Role', 'prod')).values()].map((role) =>
    JSON.stringify(role),
  );
  expect(roles).toHaveLength(Object.keys(template.functions).length);
  for (const role of roles) expect(role).toContain('"xray:PutTraceSegments"');
});

// By the trace, Lambda counts how often a message leads to the next one, and would stop them after 16.
test('the functions that queue work for themselves may do so for as long as it takes', () => {
  const allowed = Object.entries(template.functions).filter(([, each]) => each.recursiveLoop === 'Allow');
  expect(allowed.map(([name]) => name)).toEqual(['clean', 'sweep']);
});
