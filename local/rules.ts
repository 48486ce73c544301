import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { parse } from 'yaml';

const templateSchema = v.object({
  Resources: v.record(v.string(), v.object({ Type: v.string(), Properties: v.unknown() })),
});
const ruleSchema = v.object({ EventPattern: v.record(v.string(), v.unknown()) });

type Pattern = Readonly<Record<string, unknown>>;

/** Event patterns of the deployed rules, without account and region: a local event has neither. */
export async function readRules(): Promise<readonly Pattern[]> {
  const text = await readFile(join(import.meta.dirname, '../resources/events.yml'), 'utf8');
  // CloudFormation's own tags (`!Ref` and so on) are of no interest here.
  const { Resources } = v.parse(templateSchema, parse(text, { logLevel: 'silent' }));
  return Object.values(Resources)
    .filter(({ Type }) => Type === 'AWS::Events::Rule')
    .map(({ Properties }) => {
      // Only CloudFormation knows them, and there is one of each here.
      const { account: _, region: __, ...pattern } = v.parse(ruleSchema, Properties).EventPattern;
      return pattern;
    });
}

/** Whether an event fits a pattern; knows as much of EventBridge's language as the rules use: values and `exists`. */
export function matchesPattern(pattern: Pattern, event: unknown): boolean {
  const fields = new Map(typeof event === 'object' && event !== null ? Object.entries(event) : []);
  return Object.entries(pattern).every(([key, expected]) => {
    const value: unknown = fields.get(key);
    if (!Array.isArray(expected))
      return matchesPattern(v.parse(v.record(v.string(), v.unknown()), expected), value);
    return expected.some((each: unknown) => {
      const exists = v.safeParse(v.object({ exists: v.boolean() }), each);
      return exists.success ? exists.output.exists === (value !== undefined) : each === value;
    });
  });
}
