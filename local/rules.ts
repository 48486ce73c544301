import * as v from 'valibot';
import { readResources } from './resources.ts';

const ruleSchema = v.object({
  Type: v.literal('AWS::Events::Rule'),
  Properties: v.object({ EventPattern: v.record(v.string(), v.unknown()) }),
});

type Pattern = Readonly<Record<string, unknown>>;

/** Event patterns of the deployed rules, without account and region: a local event has neither. */
export async function readRules(): Promise<readonly Pattern[]> {
  const resources = Object.values(await readResources('events.yml'));
  return resources
    .filter((resource) => v.is(ruleSchema, resource))
    .map(({ Properties }) => {
      // Only CloudFormation knows them, and there is one of each here.
      const { account: _, region: __, ...pattern } = Properties.EventPattern;
      return pattern;
    });
}

/** Matches an event against a pattern with the part of EventBridge's language that the rules use: values and `exists`. */
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
